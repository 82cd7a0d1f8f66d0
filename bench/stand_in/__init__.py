"""A stand-in for AWS: DynamoDB, SQS, EventBridge, Step Functions, S3, Secrets Manager and SES, as far as we call them.

The house's own clients are used, with their serialising, signing and parsing; only the wire is cut. What is kept lies
in one SQLite file on a RAM disk, so that several processes share it, a transaction is all or nothing, and a process
that is killed takes nothing of it along. An operation takes some ten microseconds: it is never the bottleneck.
"""

from bench.stand_in.cloud import Cloud, connected

__all__ = ["Cloud", "connected"]
