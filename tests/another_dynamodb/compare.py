"""Sends what a suite asked of the embedded DynamoDB to moto, and lists where moto answers otherwise.

Called by `run` with the directory of transcripts: a file for each database, a line for each request. After a difference
the two tables may hold other items, so the rest of that transcript is left out. Exits with 1 if there is any.
"""

import collections
import json
import multiprocessing
import os
import pathlib
import sys

import boto3
import botocore.config
import botocore.exceptions
import moto

# What an answer says of itself and not of the items.
IGNORED = {"ResponseMetadata", "ConsumedCapacity", "TableDescription", "Table", "TimeToLiveSpecification"}


def meaning(answer):
    """An answer without what may differ: a member that is empty is absent."""
    members = {name: value for name, value in answer.items() if name not in IGNORED and value not in ({}, [])}
    return json.dumps(members, sort_keys=True)


def refusal(error):
    """The name of an error, and why each part of a transaction was refused."""
    reasons = [reason.get("Code") or "None" for reason in error.get("CancellationReasons", [])]
    return " ".join([error.get("__type", "").rsplit("#")[-1], *reasons])


def ask(client, action, request):
    try:
        return meaning(client._make_api_call(action, request)), None
    except botocore.exceptions.ClientError as raised:
        error = {"__type": raised.response["Error"]["Code"], **raised.response}
        return None, refusal(error)
    except botocore.exceptions.ParamValidationError as raised:
        return None, f"ParamValidationError {raised}"


def compare(path):
    """How many requests of the transcript were compared, and the first that is answered otherwise."""
    with moto.mock_aws(), path.open(encoding="utf-8", newline="\n") as lines:
        settings = botocore.config.Config(retries={"total_max_attempts": 1})
        client = boto3.client("dynamodb", region_name="ap-southeast-1", config=settings)
        tokens = set()
        compared = 0
        for number, line in enumerate(lines, start=1):
            call = json.loads(line)
            action, request = call["action"], call["request"]
            token = request.get("ClientRequestToken")
            if token in tokens:
                # findings/moto-applies-a-token-twice.sh: the repetition would be carried out again.
                continue
            ours, refused = (meaning(call["answer"]), None) if "answer" in call else (None, refusal(call["error"]))
            theirs, refused_there = ask(client, action, request)
            compared += 1
            if token and not refused:
                tokens.add(token)
            if (ours, refused) != (theirs, refused_there):
                kind = f"{action}: {refused or 'answered'} here, {refused_there or 'answered'} by moto"
                return compared, kind, f"{path.name}:{number}\n    {json.dumps(request)}\n    here {ours}\n    moto {theirs}"
        return compared, None, None


def main():
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*.jsonl"), key=lambda path: -path.stat().st_size)
    requests, kinds, examples = 0, collections.Counter(), {}
    with multiprocessing.Pool(os.cpu_count()) as pool:
        for compared, kind, example in pool.imap_unordered(compare, paths):
            requests += compared
            if kind:
                kinds[kind] += 1
                examples.setdefault(kind, example)
    print(f"{requests} requests to {len(paths)} databases; {sum(kinds.values())} databases answered otherwise")
    for kind, count in kinds.most_common():
        print(f"{count:5} databases  {kind}: {examples[kind]}")
    if not requests or kinds:
        sys.exit(1)


if __name__ == "__main__":
    main()
