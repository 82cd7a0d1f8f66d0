"""What things cost and how much of them there is: list prices and default quotas, each with source and date.

``read`` is when the figure was last read in its source; ``recalled`` figures were not read and want checking before
anybody quotes them. Prices are us-east-1's without a free tier (performance.md, "Prices"); Frankfurt is some 10 to 20 %
dearer in places. Peers' prices are their list prices, as their or other people's pages tell them.
"""

from __future__ import annotations

from dataclasses import dataclass

_MODEL = "performance.md, 2026-11-21"
_RECALLED = "recalled, check"
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for one unit."""

    dollars: float
    unit: str
    source: str


PRICES = {
    "api_request": Price(1.00 / MILLION, "HTTP API request", _MODEL),
    "lambda_request": Price(0.20 / MILLION, "Lambda request", _MODEL),
    "lambda_gb_second": Price(13.33 / MILLION, "Lambda GB-second (arm64)", _MODEL),
    "transition": Price(25.00 / MILLION, "Step Functions Standard transition", _MODEL),
    "event": Price(1.00 / MILLION, "EventBridge event", _MODEL),
    "write_unit": Price(0.625 / MILLION, "DynamoDB write request unit", _MODEL),
    "read_unit": Price(0.125 / MILLION, "DynamoDB read request unit", _MODEL),
    "sqs_request": Price(0.40 / MILLION, "SQS request", _MODEL),
    "sns_publish": Price(0.50 / MILLION, "SNS publication", _MODEL),
    "mail": Price(100.00 / MILLION, "SES mail", _MODEL),
    "log_gb": Price(0.50, "GB of logs", _MODEL),
    "s3_list": Price(5.00 / MILLION, "S3 list", _RECALLED),
    "s3_get": Price(0.40 / MILLION, "S3 get", _RECALLED),
    "s3_put": Price(5.00 / MILLION, "S3 put", _RECALLED),
    "storage_gb_month": Price(0.45, "GB-month in DynamoDB with recovery", _RECALLED),
    "key_month": Price(1.00, "KMS key a month", _RECALLED),
    "secret_month": Price(0.40, "secret a month", _RECALLED),
    "alarm_month": Price(0.10, "alarm a month", _RECALLED),
}


@dataclass(frozen=True, slots=True)
class Quota:
    """A default of Frankfurt's. ``peak`` says whether it is a rate that the peak must fit into."""

    name: str
    most: float
    unit: str
    source: str
    request: str
    peak: bool = True


QUOTAS = (
    Quota("ses_rate", 14, "mails/s", _MODEL, "SES sending rate, with the daily quota, in the SES console"),
    Quota("open_runs", 1_000_000, "open executions", _MODEL, "Step Functions, open executions", peak=False),
    Quota(
        "transitions", 800, "transitions/s", _MODEL, "Step Functions, StateTransition bucket and refill rate"
    ),
    Quota("starts", 150, "StartExecution/s", _MODEL, "Step Functions, StartExecution bucket and refill rate"),
    Quota("put_events", 2_400, "PutEvents requests/s", _RECALLED, "EventBridge, PutEvents throttle limit"),
    Quota("lambda", 1_000, "concurrent executions", _MODEL, "Lambda, concurrent executions"),
    Quota("api", 2_000, "requests/s", "the template", "DefaultRouteSettings of the API in template.yaml"),
    Quota(
        "table_writes", 40_000, "write units/s per table", _RECALLED, "DynamoDB, table-level write throughput"
    ),
)


@dataclass(frozen=True, slots=True)
class Peer:
    """A list price of somebody else's: so much a month for so many of ``counts``."""

    name: str
    plan: str
    per_month: str
    includes: str
    source: str
    read: str


PEERS = (
    Peer("Klaviyo", "Email, 1,000 profiles", "$45 (rounded by the reporter)", "a multiple of the profiles in mails",
         "sendkite.io/blog/klaviyo-pricing-2026; klaviyo.com/pricing itself shows only a calculator", "2026"),
    Peer("Klaviyo", "Email, 10,000 profiles", "$150", "about 100,000 mails",
         "pinkscanner.com, Klaviyo vs Mailchimp in 2026", "2026"),
    Peer("Klaviyo", "Email, 50,000 profiles", "$720", "a multiple of the profiles in mails",
         "pinkscanner.com, Klaviyo vs Mailchimp in 2026", "2026"),
    Peer("Omnisend", "Standard", "from $16", "contacts × 12 mails",
         "support.omnisend.com, article 3533018 (Omnisend Pricing Plans 2026)", "2026"),
    Peer("Omnisend", "Pro", "from $59", "unlimited mails, SMS credits of the same worth",
         "support.omnisend.com, article 3533018 (Omnisend Pricing Plans 2026)", "2026"),
    Peer("n8n Cloud", "Starter", "€20 (paid yearly)", "2,500 executions",
         "n8n.io/pricing as transcribed by api-evangelist/n8n", "2026-05-04"),
    Peer("n8n Cloud", "Pro", "€50 (paid yearly)", "10,000 executions",
         "n8n.io/pricing as transcribed by api-evangelist/n8n", "2026-05-04"),
)  # fmt: skip
