"""Where things are kept: DynamoDB, SQS, EventBridge, Step Functions, S3 and secrets. The only room with boto3."""
