"""Exports of subscribers as each tool writes them; the people in them are made up."""

from __future__ import annotations

MAILCHIMP = (
    "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LAST_CHANGED,LEID,EUID\n"
    "ada@example.com,Ada,2,2023-05-01 10:00:00,192.0.2.1,2023-05-01 10:05:00,192.0.2.2,2023-05-01 10:05:00,1,a\n"
    "ben@example.com,Ben,2,,,2022-01-01 00:00:00,192.0.2.3,2022-01-01 00:00:00,2,b\n"
)
MAILCHIMP_LEFT = (
    "Email Address,OPTIN_TIME,CONFIRM_TIME,UNSUB_TIME,UNSUB_REASON,LEID,EUID\n"
    "cleo@example.com,,2020-01-01 00:00:00,2021-06-01 08:00:00,NORMAL,3,c\n"
)
MAILCHIMP_CLEANED = (
    "Email Address,OPTIN_TIME,CONFIRM_TIME,CLEAN_TIME,LEID,EUID\n"
    "dora@example.com,,2020-01-01 00:00:00,2021-06-01 08:00:00,4,d\n"
)
SHOPIFY = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Phone,Accepts SMS Marketing,Tags\n"
    "'1001,Ada,L,ada@example.com,yes,'+4915112345678,yes,\n"
    "'1002,Ben,L,ben@example.com,no,,no,\n"
)
KLAVIYO = (
    "Email,Phone Number,Email Marketing Consent,Email Marketing Consent Timestamp,Source,IP Address,Email Suppressions,"
    "SMS Marketing Consent,SMS Marketing Consent Timestamp\n"
    "ada@example.com,,SUBSCRIBED,2024-02-02T09:00:00+00:00,Footer form,192.0.2.9,,NEVER_SUBSCRIBED,\n"
    "ben@example.com,+4915187654329,UNSUBSCRIBED,2024-03-01T09:00:00Z,,,UNSUBSCRIBE,UNSUBSCRIBED,2024-03-01T09:00:00Z\n"
    "cleo@example.com,,SUBSCRIBED,2024-02-02T09:00:00Z,,,\"['HARD_BOUNCE']\",,\n"
)
BREVO = (
    "EMAIL;FIRSTNAME;SMS;DOUBLE_OPT-IN;ADDED_TIME;MODIFIED_TIME;EMAIL_MARKETING\n"
    "ada@example.com;Ada;;Yes;31-01-2024 10:00:00;01-02-2024;Subscribed\n"
    "ben@example.com;Ben;;;05-02-2024;01-02-2024;Subscribed\n"
    "cleo@example.com;Cleo;;2;05-02-2024;06-02-2024;Unsubscribed\n"
)
WOOCOMMERCE = (
    "ID,user_email,billing_phone,meta:cartback_email_consent_at,meta:cartback_email_refused_at\n"
    "1,ada@example.com,,2024-01-01T10:00:00Z,\n"
    "2,ben@example.com,,2024-01-01T10:00:00Z,2024-05-01T10:00:00Z\n"
    "3,cleo@example.com,,,\n"
)
PLAIN = (
    "email,phone,channel,consent,purpose,basis,at,requested_at,confirmed_at,ip,form,wording\n"
    "ada@example.com,,email,yes,cart_reminders,double_opt_in,2024-01-02,2024-01-01T09:00:00Z,2024-01-02T09:00:00Z,"
    "192.0.2.7,https://demo.example/newsletter?mail=ada@example.com,I agree to be reminded.\n"
    "ben@example.com,+4915187654329,sms,yes,offers,single_opt_in,2024-01-02,,,,,\n"
)
