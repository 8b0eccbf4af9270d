"""What went wrong with a vendor, in plain words with what to do: every exception of an SDK becomes a `ChatModelError`.

Both SDKs come from one generator and agree on their exceptions' attributes (`status_code`, `response`, `body`), so
they are told apart by those, and nothing here imports an SDK. A message never holds the key, even where the vendor
repeats it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from engine.errors import (
    ChatModelError,
    KeyRefusedError,
    ModelGoneError,
    OfflineError,
    OverLongError,
    RateLimitedError,
    StreamBrokenError,
    UnreachableError,
)
from engine.llm.messages import ProviderName
from engine.llm.secret import Secret
from engine.network import OfflineSocketError

TITLES: dict[ProviderName, str] = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "compatible": "The server",
    "local": "The local model",
}
_WORDS = 300
"""Characters of a vendor's own message that are repeated."""
_LIKE_A_KEY = re.compile(r"\b(?:sk|key|Bearer)[-_ ][\w*-]{8,}")
_TOO_LONG = re.compile(
    r"context[ _]length|context[ _]window|maximum context|too many tokens|prompt is too long|exceeds? the (?:model|"
    r"available) context|input is too long|context size|request_too_large|string_above_max_length",
    re.IGNORECASE,
)
_USED_UP = re.compile(r"insufficient_quota|current quota|billing|credit balance|payment", re.IGNORECASE)
_NO_MODEL = re.compile(
    r"model_not_found|model .*(?:not found|does not exist)|no such model|not_found_error", re.IGNORECASE
)


def explain(
    error: BaseException,
    *,
    provider: ProviderName,
    model: str,
    address: str,
    key: Secret | None = None,
    begun: bool = False,
) -> ChatModelError:
    """The error for whatever was raised while a vendor was asked.

    Args:
        error: what was raised.
        provider: whose it is.
        model: the name that the vendor knows.
        address: where it was asked, for the message.
        key: what the message must not hold.
        begun: whether a part of the answer had arrived.
    """
    if isinstance(error, ChatModelError):
        return error
    who = _who(provider, address)
    for cause in _causes(error):
        if isinstance(cause, OfflineSocketError):
            return offline(provider, address)
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status >= 400:
        return _of_status(error, status, who=who, provider=provider, model=model, key=key)
    kind = _kind_of_transport(error)
    if kind == "silence":
        return StreamBrokenError(
            f"{who} was silent for too long. What had arrived is kept. Try again, or give it more time in"
            " llm.silence_seconds."
        )
    if kind == "connect":
        mend = (
            "Start it, or correct llm.compatible.base_url."
            if provider == "compatible"
            else "Check the connection to the internet and the proxy settings, then try again."
        )
        return UnreachableError(f"{who} cannot be reached ({_first(error)}). Nothing was lost. {mend}")
    if kind == "cut":
        if not begun:
            return UnreachableError(f"{who} closed the connection before it answered. Nothing was lost. Try again.")
        return cut_off(provider, address)
    if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError)) or kind == "form":
        return malformed(provider, address)
    if body := _body_of(error):
        return of_event(body, provider=provider, model=model, address=address, key=key)
    words = _plain(str(error), key) or type(error).__name__
    return StreamBrokenError(
        f"The answer of {_inside(who)} could not be read ({words}). What had arrived is kept. Try again."
    )


def of_event(
    body: Mapping[str, Any], *, provider: ProviderName, model: str, address: str, key: Secret | None = None
) -> ChatModelError:
    """The error for one that a vendor tells inside a stream."""
    who = _who(provider, address)
    code = " ".join(str(body.get(name) or "") for name in ("code", "type"))
    words = _plain(str(body.get("message") or ""), key)
    text = f"{code} {words}"
    if _TOO_LONG.search(text):
        return _too_long(who, model)
    if "rate_limit" in code or "overloaded" in code or _USED_UP.search(code):
        return _limited(who, words, None)
    if _NO_MODEL.search(text):
        return _gone(who, model)
    said = f" It says: {words}" if words else ""
    if "server_error" in code or "api_error" in code:
        return UnreachableError(f"{who} has a fault of its own. What had arrived is kept. Try again later.{said}")
    return StreamBrokenError(f"{who} stopped in the middle of the answer. What had arrived is kept. Try again.{said}")


def malformed(provider: ProviderName, address: str) -> StreamBrokenError:
    """The error for an answer that is not what the protocol says."""
    who = _who(provider, address)
    more = (
        " Check that llm.compatible.base_url ends as the server's manual says, often with /v1."
        if (provider == "compatible")
        else ""
    )
    return StreamBrokenError(f"{who} sent what is not an answer. What had arrived is kept. Try again.{more}")


def cut_off(provider: ProviderName, address: str) -> StreamBrokenError:
    """The error for a stream that ended without its end."""
    who = _who(provider, address)
    return StreamBrokenError(f"The answer of {_inside(who)} was cut off. What had arrived is kept. Try again.")


def offline(provider: ProviderName, address: str) -> OfflineError:
    """The error for what the offline switch forbids."""
    who = _inside(_who(provider, address))
    return OfflineError(
        f"Offline is switched on, so {who} was not asked and nothing was sent. Switch it off in the settings, or choose"
        " a model on this computer."
    )


def _of_status(
    error: BaseException, status: int, *, who: str, provider: ProviderName, model: str, key: Secret | None
) -> ChatModelError:
    body = _body_of(error)
    code = " ".join(str(body.get(name) or "") for name in ("code", "type"))
    words = _plain(str(body.get("message") or ""), key)
    said = f" It says: {words}" if words else ""
    if status == 401:
        return KeyRefusedError(f"{who} does not take the key. Set a new one in the settings, under Language models.")
    if status in (402, 429, 529) or (status in (400, 403) and _USED_UP.search(f"{code} {words}")):
        return _limited(who, words if status != 529 else "", _retry_after(error))
    if status == 403:
        return KeyRefusedError(f"{who} does not allow this with the present key.{said} Check the account there.")
    if status == 413 or _TOO_LONG.search(f"{code} {words}"):
        return _too_long(who, model)
    if status in (404, 410):
        if provider == "compatible" and not _NO_MODEL.search(f"{code} {words} {model if model in words else ''}"):
            return UnreachableError(
                f"{who} knows no Chat Completions at this address. Correct llm.compatible.base_url (often it ends with"
                f" /v1), or choose a model that it has.{said}"
            )
        return _gone(who, model)
    if status in (408, 409, 425) or status >= 500:
        return UnreachableError(
            f"{who} has a fault of its own (status {status}). Nothing was lost. Try again later.{said}"
        )
    if 300 <= status < 400:
        return UnreachableError(f"{who} sends on to another address. Set that one instead.")
    return ChatModelError(
        f"{who} does not accept the request (status {status}).{said} Choose another model or try again."
    )


def _limited(who: str, words: str, seconds: float | None) -> RateLimitedError:
    said = f" It says: {words}" if words else ""
    if _USED_UP.search(words):
        used_up = RateLimitedError(
            f"The account at {_inside(who)} is used up. Top it up there, or choose another model.{said}",
            retry_after=seconds,
        )
        used_up.retryable = False  # not by waiting
        return used_up
    wait = f" It asks to wait {seconds:.0f} seconds." if seconds else ""
    return RateLimitedError(
        f"{who} takes no more requests for now.{wait} Try again, or choose another model.{said}", retry_after=seconds
    )


def _too_long(who: str, model: str) -> OverLongError:
    return OverLongError(
        f"This is more than {model} of {_inside(who)} can read at once. Nothing was lost. Shorten the message, attach"
        " less, or choose a model with a larger window."
    )


def _gone(who: str, model: str) -> ModelGoneError:
    return ModelGoneError(f"{who} has no model {model}, or not for this account. Choose another one in the settings.")


def _who(provider: ProviderName, address: str) -> str:
    return TITLES[provider] if provider != "compatible" else f"The server at {address}"


def _inside(who: str) -> str:
    """A name as it stands inside a sentence."""
    return f"the {who[4:]}" if who.startswith("The ") else who


def _retry_after(error: BaseException) -> float | None:
    """Seconds of `Retry-After` (a number or a date, RFC 9110 section 10.2.3), or of the vendors' own in thousandths."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    if headers is None:
        return None
    try:
        if (milliseconds := headers.get("retry-after-ms")) is not None:
            return max(0.0, float(milliseconds) / 1000)
        value = headers.get("retry-after")
        if value is None:
            return None
        if re.fullmatch(r"\s*\d+(\.\d+)?\s*", value):
            return float(value)
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _body_of(error: BaseException) -> Mapping[str, Any]:
    """The `error` object of a vendor's answer, however deep it lies."""
    body: Any = getattr(error, "body", None)
    for _ in range(3):
        if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping):
            body = body["error"]
    if isinstance(body, Mapping):
        inner = body.get("error")
        return {"message": inner} if isinstance(inner, str) and "message" not in body else body
    if isinstance(body, str) and body.strip() and not body.lstrip().startswith("<"):
        return {"message": body}
    return {}


def _kind_of_transport(error: BaseException) -> str | None:
    names = {name for cause in _causes(error) for name in (kind.__name__ for kind in type(cause).__mro__)}
    if names & {"ConnectTimeout", "ConnectError", "ProxyError", "PoolTimeout", "UnsupportedProtocol", "InvalidURL"}:
        return "connect"
    if names & {"ReadTimeout", "WriteTimeout"}:
        return "silence"
    if names & {"RemoteProtocolError", "ReadError", "WriteError", "CloseError"}:
        return "cut"
    if names & {"APIResponseValidationError", "DecodingError", "ValidationError"}:
        return "form"
    return "connect" if names & {"APIConnectionError", "OSError"} else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, what it came from, and what each of a group came from."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        if isinstance(found, BaseExceptionGroup):
            for one in found.exceptions:
                yield from _causes(one)
        found = found.__cause__ or found.__context__


def _first(error: BaseException) -> str:
    """The innermost cause's words, which name what the system says."""
    *_, last = _causes(error)
    return str(last).splitlines()[0][:_WORDS] if str(last) else type(last).__name__


def _plain(words: str, key: Secret | None) -> str:
    text = " ".join(_LIKE_A_KEY.sub("…", key.hide_in(words) if key else words).split())
    return text if len(text) <= _WORDS else f"{text[:_WORDS].rstrip()}…"
