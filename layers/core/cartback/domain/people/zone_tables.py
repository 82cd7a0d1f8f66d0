"""Which clocks hang in which country and region, and which country a telephone number begins with, as data.

Countries: ``zone.tab`` of the IANA time zone database (public domain); of several zones of a country whose clocks
have shown the same since 2025 one stands for all, and a test holds the table to the database that is installed.
Regions: ISO 3166-2, and where the zones lie by the notes of that file; a region with two zones stands under both.
Numbers: ITU-T E.164 list of country codes, and for the shared code 1 the area codes of Canada and of the islands
(NANPA). An area code inside one country is no evidence of a place: numbers move with people.
"""

from __future__ import annotations

_ONE = """
AD=Europe/Andorra AE=Asia/Dubai AF=Asia/Kabul AG=America/Antigua AI=America/Anguilla AL=Europe/Tirane
AM=Asia/Yerevan AO=Africa/Luanda AR=America/Argentina/Buenos_Aires AS=Pacific/Pago_Pago AT=Europe/Vienna
AW=America/Aruba AX=Europe/Mariehamn AZ=Asia/Baku BA=Europe/Sarajevo BB=America/Barbados BD=Asia/Dhaka
BE=Europe/Brussels BF=Africa/Ouagadougou BG=Europe/Sofia BH=Asia/Bahrain BI=Africa/Bujumbura
BJ=Africa/Porto-Novo BL=America/St_Barthelemy BM=Atlantic/Bermuda BN=Asia/Brunei BO=America/La_Paz
BQ=America/Kralendijk BS=America/Nassau BT=Asia/Thimphu BW=Africa/Gaborone BY=Europe/Minsk BZ=America/Belize
CC=Indian/Cocos CF=Africa/Bangui CG=Africa/Brazzaville CH=Europe/Zurich CI=Africa/Abidjan CK=Pacific/Rarotonga
CM=Africa/Douala CO=America/Bogota CR=America/Costa_Rica CU=America/Havana CV=Atlantic/Cape_Verde
CW=America/Curacao CX=Indian/Christmas CY=Asia/Nicosia CZ=Europe/Prague DE=Europe/Berlin DJ=Africa/Djibouti
DK=Europe/Copenhagen DM=America/Dominica DO=America/Santo_Domingo DZ=Africa/Algiers EE=Europe/Tallinn
EG=Africa/Cairo EH=Africa/El_Aaiun ER=Africa/Asmara ET=Africa/Addis_Ababa FI=Europe/Helsinki FJ=Pacific/Fiji
FK=Atlantic/Stanley FO=Atlantic/Faroe FR=Europe/Paris GA=Africa/Libreville GB=Europe/London GD=America/Grenada
GE=Asia/Tbilisi GF=America/Cayenne GG=Europe/Guernsey GH=Africa/Accra GI=Europe/Gibraltar GM=Africa/Banjul
GN=Africa/Conakry GP=America/Guadeloupe GQ=Africa/Malabo GR=Europe/Athens GS=Atlantic/South_Georgia
GT=America/Guatemala GU=Pacific/Guam GW=Africa/Bissau GY=America/Guyana HK=Asia/Hong_Kong HN=America/Tegucigalpa
HR=Europe/Zagreb HT=America/Port-au-Prince HU=Europe/Budapest IE=Europe/Dublin IL=Asia/Jerusalem
IM=Europe/Isle_of_Man IN=Asia/Kolkata IO=Indian/Chagos IQ=Asia/Baghdad IR=Asia/Tehran IS=Atlantic/Reykjavik
IT=Europe/Rome JE=Europe/Jersey JM=America/Jamaica JO=Asia/Amman JP=Asia/Tokyo KE=Africa/Nairobi KG=Asia/Bishkek
KH=Asia/Phnom_Penh KM=Indian/Comoro KN=America/St_Kitts KP=Asia/Pyongyang KR=Asia/Seoul KW=Asia/Kuwait
KY=America/Cayman KZ=Asia/Almaty LA=Asia/Vientiane LB=Asia/Beirut LC=America/St_Lucia LI=Europe/Vaduz
LK=Asia/Colombo LR=Africa/Monrovia LS=Africa/Maseru LT=Europe/Vilnius LU=Europe/Luxembourg LV=Europe/Riga
LY=Africa/Tripoli MA=Africa/Casablanca MC=Europe/Monaco MD=Europe/Chisinau ME=Europe/Podgorica
MF=America/Marigot MG=Indian/Antananarivo MH=Pacific/Majuro MK=Europe/Skopje ML=Africa/Bamako MM=Asia/Yangon
MO=Asia/Macau MP=Pacific/Saipan MQ=America/Martinique MR=Africa/Nouakchott MS=America/Montserrat MT=Europe/Malta
MU=Indian/Mauritius MV=Indian/Maldives MW=Africa/Blantyre MY=Asia/Kuala_Lumpur MZ=Africa/Maputo
NA=Africa/Windhoek NC=Pacific/Noumea NE=Africa/Niamey NF=Pacific/Norfolk NG=Africa/Lagos NI=America/Managua
NL=Europe/Amsterdam NO=Europe/Oslo NP=Asia/Kathmandu NR=Pacific/Nauru NU=Pacific/Niue OM=Asia/Muscat
PA=America/Panama PE=America/Lima PH=Asia/Manila PK=Asia/Karachi PL=Europe/Warsaw PM=America/Miquelon
PN=Pacific/Pitcairn PR=America/Puerto_Rico PS=Asia/Gaza PW=Pacific/Palau PY=America/Asuncion QA=Asia/Qatar
RE=Indian/Reunion RO=Europe/Bucharest RS=Europe/Belgrade RW=Africa/Kigali SA=Asia/Riyadh SB=Pacific/Guadalcanal
SC=Indian/Mahe SD=Africa/Khartoum SE=Europe/Stockholm SG=Asia/Singapore SH=Atlantic/St_Helena
SI=Europe/Ljubljana SJ=Arctic/Longyearbyen SK=Europe/Bratislava SL=Africa/Freetown SM=Europe/San_Marino
SN=Africa/Dakar SO=Africa/Mogadishu SR=America/Paramaribo SS=Africa/Juba ST=Africa/Sao_Tome
SV=America/El_Salvador SX=America/Lower_Princes SY=Asia/Damascus SZ=Africa/Mbabane TC=America/Grand_Turk
TD=Africa/Ndjamena TF=Indian/Kerguelen TG=Africa/Lome TH=Asia/Bangkok TJ=Asia/Dushanbe TK=Pacific/Fakaofo
TL=Asia/Dili TM=Asia/Ashgabat TN=Africa/Tunis TO=Pacific/Tongatapu TR=Europe/Istanbul TT=America/Port_of_Spain
TV=Pacific/Funafuti TW=Asia/Taipei TZ=Africa/Dar_es_Salaam UG=Africa/Kampala UY=America/Montevideo
UZ=Asia/Samarkand VA=Europe/Vatican VC=America/St_Vincent VE=America/Caracas VG=America/Tortola
VI=America/St_Thomas VN=Asia/Ho_Chi_Minh VU=Pacific/Efate WF=Pacific/Wallis WS=Pacific/Apia YE=Asia/Aden
YT=Indian/Mayotte ZA=Africa/Johannesburg ZM=Africa/Lusaka ZW=Africa/Harare
"""

_SEVERAL = {
    "AQ": (
        "Antarctica/McMurdo Antarctica/Casey Antarctica/Davis Antarctica/DumontDUrville "
        "Antarctica/Mawson Antarctica/Palmer Antarctica/Syowa Antarctica/Troll"
    ),
    "AU": (
        "Australia/Sydney Australia/Lord_Howe Australia/Adelaide Australia/Brisbane Australia/Darwin "
        "Australia/Perth Australia/Eucla"
    ),
    "BR": "America/Sao_Paulo America/Noronha America/Manaus America/Rio_Branco",
    "CA": (
        "America/St_Johns America/Halifax America/Blanc-Sablon America/Toronto America/Atikokan "
        "America/Winnipeg America/Regina America/Edmonton America/Vancouver America/Whitehorse"
    ),
    "CD": "Africa/Kinshasa Africa/Lubumbashi",
    "CL": "America/Santiago America/Coyhaique Pacific/Easter",
    "CN": "Asia/Shanghai Asia/Urumqi",
    "EC": "America/Guayaquil Pacific/Galapagos",
    "ES": "Europe/Madrid Atlantic/Canary",
    "FM": "Pacific/Chuuk Pacific/Pohnpei",
    "GL": "America/Nuuk America/Danmarkshavn America/Thule",
    "ID": "Asia/Jakarta Asia/Makassar Asia/Jayapura",
    "KI": "Pacific/Tarawa Pacific/Kanton Pacific/Kiritimati",
    "MN": "Asia/Ulaanbaatar Asia/Hovd",
    "MX": (
        "America/Mexico_City America/Cancun America/Matamoros America/Ciudad_Juarez America/Mazatlan "
        "America/Tijuana"
    ),
    "NZ": "Pacific/Auckland Pacific/Chatham",
    "PF": "Pacific/Tahiti Pacific/Marquesas Pacific/Gambier",
    "PG": "Pacific/Port_Moresby Pacific/Bougainville",
    "PT": "Europe/Lisbon Atlantic/Azores",
    "RU": (
        "Europe/Kaliningrad Europe/Moscow Europe/Samara Asia/Yekaterinburg Asia/Omsk Asia/Novosibirsk "
        "Asia/Irkutsk Asia/Yakutsk Asia/Vladivostok Asia/Magadan Asia/Kamchatka"
    ),
    "UA": "Europe/Kyiv Europe/Simferopol",
    "UM": "Pacific/Midway Pacific/Wake",
    "US": (
        "America/New_York America/Chicago America/Denver America/Phoenix America/Los_Angeles "
        "America/Anchorage America/Adak Pacific/Honolulu"
    ),
}

COUNTRIES: dict[str, tuple[str, ...]] = {
    **{country: (zone,) for country, _, zone in (pair.partition("=") for pair in _ONE.split())},
    **{country: tuple(zones.split()) for country, zones in _SEVERAL.items()},
}
"""The zones of each country, by its ISO 3166-1 code."""

OTHERS = "*"
"""The zone of every region of a country that the table does not name."""

REGIONS: dict[str, dict[str, str]] = {
    "US": {
        "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC TN VA VT WV",
        "America/Chicago": "AL AR FL IA IL IN KS KY LA MI MN MO MS ND NE OK SD TN TX WI",
        "America/Denver": "AZ CO ID KS MT ND NE NM NV OR SD TX UT WY",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA ID NV OR WA",
        "America/Anchorage": "AK",
        "America/Adak": "AK",
        "Pacific/Honolulu": "HI",
    },
    "CA": {
        "America/St_Johns": "NL",
        "America/Halifax": "NB NL NS PE QC",
        "America/Blanc-Sablon": "QC",
        "America/Toronto": "NU ON QC",
        "America/Atikokan": "NU ON",
        "America/Winnipeg": "MB NU ON",
        "America/Regina": "SK",
        "America/Edmonton": "AB BC NT NU SK",
        "America/Whitehorse": "BC YT",
        "America/Vancouver": "BC",
    },
    "AU": {
        "Australia/Sydney": "ACT NSW TAS VIC",
        "Australia/Lord_Howe": "NSW",
        "Australia/Adelaide": "NSW SA",
        "Australia/Brisbane": "QLD",
        "Australia/Darwin": "NT",
        "Australia/Perth": "WA",
        "Australia/Eucla": "SA WA",
    },
    "BR": {
        "America/Sao_Paulo": "AL AP BA CE DF ES GO MA MG PA PB PE PI PR RJ RN RS SC SE SP TO",
        "America/Noronha": "PE",
        "America/Manaus": "AM MS MT RO RR",
        "America/Rio_Branco": "AC AM",
    },
    "RU": {
        "Europe/Kaliningrad": "KGD",
        "Europe/Moscow": (
            "AD ARK BEL BRY CE CU DA IN IVA KB KC KDA KIR KL KLU KO KOS KR KRS LEN LIP ME MO MOS MOW MUR NEN NGR "
            "NIZ ORL PNZ PSK ROS RYA SE SMO SPE STA TA TAM TUL TVE VGG VLA VLG VOR YAR"
        ),
        "Europe/Samara": "AST SAM SAR UD ULY",
        "Asia/Yekaterinburg": "BA CHE KGN KHM ORE PER SVE TYU YAN",
        "Asia/Omsk": "OMS",
        "Asia/Novosibirsk": "AL ALT KEM KK KYA NVS TOM TY",
        "Asia/Irkutsk": "BU IRK",
        "Asia/Yakutsk": "AMU SA ZAB",
        "Asia/Vladivostok": "KHA PRI SA YEV",
        "Asia/Magadan": "MAG SA SAK",
        "Asia/Kamchatka": "CHU KAM",
    },
    "ID": {
        "Asia/Jakarta": "AC BB BE BT JA JB JI JK JT KB KR KT LA RI SB SS SU YO",
        "Asia/Makassar": "BA GO KI KS KU NB NT SA SG SN SR ST",
        "Asia/Jayapura": "MA MU PA PB PD PE PS PT",
    },
    "CN": {"Asia/Shanghai": "XJ *", "Asia/Urumqi": "XJ"},
    "ES": {"Europe/Madrid": "*", "Atlantic/Canary": "CN GC TF"},
    "NZ": {"Pacific/Auckland": "*", "Pacific/Chatham": "CIT"},
    "PT": {"Europe/Lisbon": "*", "Atlantic/Azores": "20"},
    "UA": {"Europe/Kyiv": "40 43 *", "Europe/Simferopol": "40 43"},
}
"""For each zone of a country the regions that lie in it."""

_CODES = """
20=EG 211=SS 212=MA,EH 213=DZ 216=TN 218=LY 220=GM 221=SN 222=MR 223=ML 224=GN 225=CI 226=BF 227=NE 228=TG 229=BJ
230=MU 231=LR 232=SL 233=GH 234=NG 235=TD 236=CF 237=CM 238=CV 239=ST 240=GQ 241=GA 242=CG 243=CD 244=AO 245=GW
246=IO 248=SC 249=SD 250=RW 251=ET 252=SO 253=DJ 254=KE 255=TZ 256=UG 257=BI 258=MZ 260=ZM 261=MG 262=RE,YT 263=ZW
264=NA 265=MW 266=LS 267=BW 268=SZ 269=KM 27=ZA 290=SH 291=ER 297=AW 298=FO 299=GL 30=GR 31=NL 32=BE 33=FR 34=ES
350=GI 351=PT 352=LU 353=IE 354=IS 355=AL 356=MT 357=CY 358=FI,AX 359=BG 36=HU 370=LT 371=LV 372=EE 373=MD 374=AM
375=BY 376=AD 377=MC 378=SM 380=UA 381=RS 382=ME 385=HR 386=SI 387=BA 389=MK 39=IT,VA 40=RO 41=CH 420=CZ 421=SK
423=LI 43=AT 44=GB,GG,JE,IM 45=DK 46=SE 47=NO,SJ 48=PL 49=DE 500=FK 501=BZ 502=GT 503=SV 504=HN 505=NI 506=CR 507=PA
508=PM 509=HT 51=PE 52=MX 53=CU 54=AR 55=BR 56=CL 57=CO 58=VE 590=GP,BL,MF 591=BO 592=GY 593=EC 594=GF 595=PY 596=MQ
597=SR 598=UY 599=CW,BQ 60=MY 61=AU,CC,CX 62=ID 63=PH 64=NZ 65=SG 66=TH 670=TL 672=NF,AQ 673=BN 674=NR 675=PG 676=TO
677=SB 678=VU 679=FJ 680=PW 681=WF 682=CK 683=NU 685=WS 686=KI 687=NC 688=TV 689=PF 690=TK 691=FM 692=MH 7=RU 76=KZ
77=KZ 81=JP 82=KR 84=VN 850=KP 852=HK 853=MO 855=KH 856=LA 86=CN 880=BD 886=TW 90=TR 91=IN 92=PK 93=AF 94=LK 95=MM
960=MV 961=LB 962=JO 963=SY 964=IQ 965=KW 966=SA 967=YE 968=OM 970=PS 971=AE 972=IL 973=BH 974=QA 975=BT 976=MN
977=NP 98=IR 992=TJ 993=TM 994=AZ 995=GE 996=KG 998=UZ
1=US 1242=BS 1246=BB 1264=AI 1268=AG 1284=VG 1340=VI 1345=KY 1441=BM 1473=GD 1649=TC 1658=JM 1664=MS 1670=MP 1671=GU
1684=AS 1721=SX 1758=LC 1767=DM 1784=VC 1787=PR 1809=DO 1829=DO 1849=DO 1868=TT 1869=KN 1876=JM 1939=PR
"""
_CANADA = """
204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 387 403 416 418 428 431 437 438 450 460 468 474 506 514
519 537 548 568 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905
942
"""

PREFIXES: dict[str, tuple[str, ...]] = {
    **{
        code: tuple(places.split(",")) for code, _, places in (pair.partition("=") for pair in _CODES.split())
    },
    **{f"1{area}": ("CA",) for area in _CANADA.split()},
}
"""The countries of a number by how it begins, without the plus; the longest beginning counts."""
