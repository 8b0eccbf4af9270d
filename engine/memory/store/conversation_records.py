"""The tables of conversations, as peewee models; `engine.memory.records` gives them out with all others."""

from __future__ import annotations

from peewee import (
    AutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)


class Conversation(Model):
    """One conversation.

    `titled` says who named it: '' nobody, `question`, `model`, `owner`. `extracted` is the number of the last message
    that facts were drawn from. `external_id` is what another program called it.
    """

    id = CharField(primary_key=True)
    title = TextField(default="")
    created_at = BigIntegerField()
    updated_at = BigIntegerField(index=True)
    deleted_at = BigIntegerField(null=True)
    titled = CharField(default="")
    pinned = BooleanField(default=False)
    archived = BooleanField(default=False)
    tags = TextField(default="[]")
    remembers = BooleanField(default=True)
    folder = CharField(default="")
    extracted = IntegerField(default=0)
    external_id = CharField(unique=True, null=True)

    class Meta:
        table_name = "conversation"


class Message(Model):
    """One message; `answer` is the whole answer behind an assistant's message, `attachments` their ids, as JSON."""

    number = AutoField()
    id = CharField(unique=True)
    conversation = ForeignKeyField(
        Conversation, backref="message_rows", on_delete="CASCADE", column_name="conversation", index=False
    )
    role = CharField()
    text = TextField()
    answer = TextField(null=True)
    created_at = BigIntegerField()
    parent = CharField(default="")
    shown = BooleanField(default=True)
    chosen = BooleanField(default=True)
    pinned = BooleanField(default=False)
    stop = CharField(null=True)
    model = CharField(null=True)
    usage = TextField(null=True)
    thinking = TextField(default="")
    attachments = TextField(default="[]")
    deleted_at = BigIntegerField(null=True)

    class Meta:
        table_name = "message"
        indexes = (
            (("conversation", "number"), False),
            (("conversation", "parent"), False),
            (("conversation", "shown", "deleted_at", "number"), False),
        )


class Attachment(Model):
    """What the owner gave with a message: a document's pages as JSON, a picture's bytes, or the id of a memory."""

    id = CharField(primary_key=True)
    conversation = ForeignKeyField(
        Conversation, backref="attachment_rows", on_delete="CASCADE", column_name="conversation"
    )
    name = TextField()
    kind = CharField()
    media_type = CharField(default="")
    size = BigIntegerField(default=0)
    characters = BigIntegerField(default=0)
    document = CharField(null=True)
    memory = CharField(null=True)
    problem = TextField(null=True)
    pages = TextField(null=True)
    data = BlobField(null=True)
    created_at = BigIntegerField()

    class Meta:
        table_name = "attachment"


class Draft(Model):
    """What was typed and not sent yet; the conversation '' is the one not begun yet."""

    conversation = CharField(primary_key=True)
    text = TextField()
    attachments = TextField(default="[]")
    updated_at = BigIntegerField()

    class Meta:
        table_name = "draft"


class Summary(Model):
    """What was said up to and with one message of a branch, in short."""

    number = AutoField()
    conversation = ForeignKeyField(
        Conversation, backref="summary_rows", on_delete="CASCADE", column_name="conversation"
    )
    message = IntegerField()
    text = TextField()
    model = CharField()
    created_at = BigIntegerField()

    class Meta:
        table_name = "summary"


class View(Model):
    """What a model saw before it wrote a message, as JSON."""

    message = CharField(primary_key=True)
    data = TextField()

    class Meta:
        table_name = "view"


class ModelUsage(Model):
    """Tokens and cost of one request to a language model; `day` is the owner's, as 2026-03-14."""

    number = AutoField()
    at = BigIntegerField()
    day = CharField(index=True)
    model = CharField()
    purpose = CharField()
    conversation = CharField(null=True, index=True)
    message = CharField(null=True)
    input_tokens = IntegerField(default=0)
    cached_tokens = IntegerField(default=0)
    output_tokens = IntegerField(default=0)
    reasoning_tokens = IntegerField(default=0)
    cost = FloatField(null=True)

    class Meta:
        table_name = "model_usage"
