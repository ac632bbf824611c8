#!/usr/bin/env bash
# Package:  moto 5.2.5 (PyPI), with boto3 1.44.8.
# Input:    the same DynamoDB transaction sent twice with one ClientRequestToken, as an SDK does after a lost
#           answer.
# Expected: applied once. DynamoDB API reference, TransactWriteItems: with a client request token the call is
#           idempotent, several identical calls have the effect of one, for 10 minutes.
# Seen:     applied twice: the wallet has 2 where 1 was added. The token is taken and ignored.
# Matters:  a ledger tested against moto fails where the real table is right, or grows guards that nobody
#           needs; a test that the token makes a retry safe cannot be written.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'moto[dynamodb]==5.2.5' boto3==1.44.8
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=ap-southeast-1
venv/bin/python - <<'PYTHON' | tee seen.txt
import boto3
from moto import mock_aws
with mock_aws():
    table = boto3.client("dynamodb")
    table.create_table(
        TableName="wallets", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    key = {"id": {"S": "wallet"}}
    add = {"Update": {
        "TableName": "wallets", "Key": key, "UpdateExpression": "ADD cents :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }}
    for _ in range(2):
        table.transact_write_items(ClientRequestToken="cashback-1", TransactItems=[add])
    print(table.get_item(TableName="wallets", Key=key)["Item"]["cents"]["N"])
PYTHON
[[ $(cat seen.txt) == 2 ]]
