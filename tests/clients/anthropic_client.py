"""The official `anthropic` client as a judge of the stand-in model.

Usage: anthropic_client.py BASE_URL

The server must run without a key and with `--faults`. Every check prints one line, the last line says
`N passed, N failed`, and the exit code is 1 when one failed.
"""

import json
import sys
import traceback

import anthropic

MODEL = "netbox-chatbox-stand-in"
TOOLS = [
    {
        "name": name,
        "description": "Reads NetBox.",
        "input_schema": {"type": "object", "properties": {}, "required": []},
    }
    for name in (
        "netbox_get_changelogs",
        "netbox_get_object_by_id",
        "netbox_get_objects",
        "netbox_search_objects",
    )
]
SITES = {
    "object_type": "dcim.site",
    "total": 2,
    "returned": 2,
    "truncated": False,
    "results": [
        {"id": 1, "name": "Köln 01", "status": "active", "region": "Köln", "device_count": 12},
        {"id": 2, "name": "Zürich 01", "status": "planned", "region": "Zürich", "device_count": 0},
    ],
}
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def request(question="How many sites do we have?", **changes):
    body = {
        "model": MODEL,
        "max_tokens": 4000,
        "tools": TOOLS,
        "thinking": {"type": "adaptive", "display": "summarized"},
        "messages": [{"role": "user", "content": question}],
    }
    return {**body, **changes}


def results(message, content=None):
    """One user message that answers every call of `message`."""
    return {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": block.id, "content": content or json.dumps(SITES)}
            for block in message.content
            if block.type == "tool_use"
        ],
    }


def echo(message):
    """The assistant's content as a client sends it back."""
    return {"role": "assistant", "content": [block.model_dump(mode="json") for block in message.content]}


def refused(client, status, kind, **changes):
    try:
        client.messages.create(**request(**changes))
    except anthropic.APIStatusError as error:
        assert error.status_code == status, (error.status_code, error.body)
        assert error.body["error"]["type"] == kind, error.body
        assert error.body["request_id"] == error.request_id, error.body
        return error.body["error"]["message"]
    raise AssertionError("the request was accepted")


@check
def the_stream_is_read_to_its_end(client):
    pieces = []
    with client.messages.stream(**request()) as stream:
        for event in stream:
            pieces.append(event.type)
        message = stream.get_final_message()
    assert message.stop_reason == "tool_use", message
    assert message.content[0].type == "thinking" and message.content[0].signature, message
    assert message.content[0].thinking, message
    calls = [block for block in message.content if block.type == "tool_use"]
    assert calls and calls[0].name in {tool["name"] for tool in TOOLS}, message
    assert calls[0].input["object_type"] == "dcim.site", calls
    assert pieces.count("message_stop") == 1 and pieces[-1] == "message_stop", pieces
    assert message.usage.output_tokens > 10 and message.usage.input_tokens > 10, message.usage


@check
def the_tool_loop_ends_with_the_number(client):
    messages = [{"role": "user", "content": "How many sites do we have?"}]
    for _ in range(5):
        with client.messages.stream(**request(messages=messages)) as stream:
            message = stream.get_final_message()
        if message.stop_reason != "tool_use":
            break
        messages += [echo(message), results(message)]
    assert message.stop_reason == "end_turn", message
    text = "".join(block.text for block in message.content if block.type == "text")
    assert "2 sites" in text, text
    messages += [echo(message), {"role": "user", "content": "Thank you"}]
    assert client.messages.create(**request(messages=messages)).stop_reason == "end_turn"


@check
def the_answer_without_a_stream_is_the_same(client):
    message = client.messages.create(**request())
    with client.messages.stream(**request()) as stream:
        streamed = stream.get_final_message()
    bare = lambda message: [block.model_dump(exclude={"id"}) for block in message.content]
    assert bare(message) == bare(streamed), (message, streamed)


@check
def thinking_is_omitted_by_default_and_can_be_off(client):
    message = client.messages.create(**{**request(), "thinking": {"type": "adaptive"}})
    assert message.content[0].type == "thinking" and message.content[0].thinking == "", message
    message = client.messages.create(**{**request(), "thinking": {"type": "disabled"}})
    assert all(block.type != "thinking" for block in message.content), message


@check
def a_changed_prefix_breaks_the_signature(client):
    first = client.messages.create(**request(system="You answer questions about NetBox."))
    history = [{"role": "user", "content": "How many sites do we have?"}, echo(first), results(first)]
    kept = client.messages.create(**request(messages=history, system="You answer questions about NetBox."))
    assert kept.stop_reason == "end_turn", kept
    reason = refused(client, 400, "invalid_request_error", messages=history, system="Today is Monday.")
    assert "bound to a different conversation" in reason, reason
    history[1]["content"][0]["thinking"] += " And more."
    reason = refused(client, 400, "invalid_request_error", messages=history, system="You answer questions about NetBox.")
    assert "cannot be modified" in reason, reason


@check
def the_cache_counts_what_repeats(client):
    system = [{"type": "text", "text": "Frozen words. " * 400, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    history = [{"role": "user", "content": f"How many sites do we have? {id(system)}"}]
    changes = {"system": system, "cache_control": {"type": "ephemeral"}}
    first = client.messages.create(**request(messages=history, **changes))
    history += [echo(first), results(first)]
    second = client.messages.create(**request(messages=history, **changes))
    before, after = first.usage, second.usage
    total = lambda usage: usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens
    assert after.cache_read_input_tokens == total(before), (before, after)
    assert after.cache_creation_input_tokens > 0 and after.input_tokens == 0, after
    counted = client.messages.count_tokens(
        **{key: value for key, value in request(messages=history, **changes).items() if key != "max_tokens"}
    )
    assert counted.input_tokens == total(after), (counted, after)


@check
def the_models_are_listed(client):
    models = list(client.models.list(limit=1000))
    assert [model.id for model in models] == [MODEL], models
    assert client.models.retrieve(MODEL).max_tokens == 128000
    try:
        client.models.retrieve("claude-opus-1")
    except anthropic.NotFoundError:
        return
    raise AssertionError("an unknown model was found")


@check
def wrong_requests_are_refused(client):
    user = {"role": "user", "content": "How many sites?"}
    call = {"type": "tool_use", "id": "toolu_1", "name": "netbox_get_objects", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "{}"}
    text = {"type": "text", "text": "And?"}
    invalid = "invalid_request_error"
    refused(client, 404, "not_found_error", model="claude-opus-1")
    refused(client, 400, invalid, extra_body={"temperature": 1})
    refused(client, 400, invalid, extra_body={"surprise": 1})
    refused(client, 400, invalid, messages=[])
    refused(client, 400, invalid, messages=[{"role": "assistant", "content": "Hello"}])
    refused(client, 400, invalid, messages=[user, {"role": "assistant", "content": "There are"}])
    refused(client, 400, invalid, messages=[{"role": "user", "content": ""}])
    refused(client, 400, invalid, messages=[{"role": "user", "content": [{"type": "text", "text": ""}]}])
    refused(client, 400, invalid, messages=[user, {"role": "assistant", "content": [call]}, user])
    refused(client, 400, invalid, messages=[{"role": "user", "content": [result]}])
    after = {"role": "user", "content": [text, result]}
    refused(client, 400, invalid, messages=[user, {"role": "assistant", "content": [call]}, after])
    refused(client, 400, invalid, extra_headers={"anthropic-beta": "made-up-2026-01-01"})
    refused(client, 400, invalid, tool_choice={"type": "any"})


@check
def a_limit_stops_the_answer(client):
    message = client.messages.create(**request(max_tokens=3))
    assert message.stop_reason == "max_tokens", message


@check
def failures_can_be_asked_for(client):
    once = client.with_options(max_retries=0)
    try:
        once.messages.create(**request("How many sites? [[overloaded]]"))
    except anthropic.APIStatusError as error:
        assert error.status_code == 529, error
    else:
        raise AssertionError("not overloaded")
    message = client.messages.create(**request("How many sites? [[overloaded]] again"))
    assert message.stop_reason == "tool_use", message
    try:
        with client.messages.stream(**request("How many sites? [[error-event]]")) as stream:
            stream.get_final_message()
    except anthropic.APIStatusError as error:
        assert error.body["error"]["type"] == "overloaded_error", error.body
    else:
        raise AssertionError("no error event")
    message = client.messages.create(**request("How many sites? [[refuse]]"))
    assert message.stop_reason == "refusal" and message.stop_details.type == "refusal", message


def main():
    client = anthropic.Anthropic(base_url=sys.argv[1], api_key="any", max_retries=2)
    failed = 0
    for function in CHECKS:
        name = function.__name__.replace("_", " ")
        try:
            function(client)
            print(f"ok    {name}")
        except Exception:
            failed += 1
            print(f"FAIL  {name}")
            traceback.print_exc()
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
