"""Version 2: messages become a tree, conversations get marks, and what stands around them gets its tables.

The statements are written out and never change: later versions build on what these leave behind.
"""

from __future__ import annotations

from typing import Any

NAME = "branches of conversations"

_STATEMENTS = (
    """ALTER TABLE conversation ADD COLUMN "titled" VARCHAR(255) NOT NULL DEFAULT ''""",
    """ALTER TABLE conversation ADD COLUMN "pinned" INTEGER NOT NULL DEFAULT 0""",
    """ALTER TABLE conversation ADD COLUMN "archived" INTEGER NOT NULL DEFAULT 0""",
    """ALTER TABLE conversation ADD COLUMN "tags" TEXT NOT NULL DEFAULT '[]'""",
    """ALTER TABLE conversation ADD COLUMN "remembers" INTEGER NOT NULL DEFAULT 1""",
    """ALTER TABLE conversation ADD COLUMN "extracted" INTEGER NOT NULL DEFAULT 0""",
    """ALTER TABLE conversation ADD COLUMN "external_id" VARCHAR(255)""",
    """ALTER TABLE message ADD COLUMN "parent" VARCHAR(255) NOT NULL DEFAULT ''""",
    """ALTER TABLE message ADD COLUMN "shown" INTEGER NOT NULL DEFAULT 1""",
    """ALTER TABLE message ADD COLUMN "chosen" INTEGER NOT NULL DEFAULT 1""",
    """ALTER TABLE message ADD COLUMN "pinned" INTEGER NOT NULL DEFAULT 0""",
    """ALTER TABLE message ADD COLUMN "stop" VARCHAR(255)""",
    """ALTER TABLE message ADD COLUMN "model" VARCHAR(255)""",
    """ALTER TABLE message ADD COLUMN "usage" TEXT""",
    """ALTER TABLE message ADD COLUMN "thinking" TEXT NOT NULL DEFAULT ''""",
    """ALTER TABLE message ADD COLUMN "attachments" TEXT NOT NULL DEFAULT '[]'""",
    """ALTER TABLE message ADD COLUMN "deleted_at" INTEGER""",
    """UPDATE message SET parent = COALESCE((
        SELECT earlier.id FROM message AS earlier
        WHERE earlier.conversation = message.conversation AND earlier.number < message.number
        ORDER BY earlier.number DESC LIMIT 1), '')""",
    """UPDATE message SET stop = 'end', model = COALESCE(json_extract(answer, '$.made_by'), 'quotes')
        WHERE role = 'assistant'""",
    # A title was given by the owner or made of the first question, and nothing tells which: none is made anew.
    """UPDATE conversation SET titled = 'owner' WHERE title <> ''""",
    # Facts are drawn from what is said from now on.
    """UPDATE conversation SET extracted = COALESCE((
        SELECT MAX(number) FROM message WHERE message.conversation = conversation.id), 0)""",
    """CREATE UNIQUE INDEX "conversation_external_id" ON "conversation" ("external_id")""",
    """CREATE INDEX "message_conversation_parent" ON "message" ("conversation", "parent")""",
    """CREATE INDEX "message_conversation_shown_deleted_at_number"
        ON "message" ("conversation", "shown", "deleted_at", "number")""",
    """CREATE TABLE "attachment" (
        "id" VARCHAR(255) NOT NULL PRIMARY KEY, "conversation" VARCHAR(255) NOT NULL, "name" TEXT NOT NULL,
        "kind" VARCHAR(255) NOT NULL, "media_type" VARCHAR(255) NOT NULL, "size" INTEGER NOT NULL,
        "characters" INTEGER NOT NULL, "document" VARCHAR(255), "memory" VARCHAR(255), "problem" TEXT, "pages" TEXT,
        "data" BLOB, "created_at" INTEGER NOT NULL,
        FOREIGN KEY ("conversation") REFERENCES "conversation" ("id") ON DELETE CASCADE)""",
    """CREATE INDEX "attachment_conversation" ON "attachment" ("conversation")""",
    """CREATE TABLE "draft" (
        "conversation" VARCHAR(255) NOT NULL PRIMARY KEY, "text" TEXT NOT NULL, "attachments" TEXT NOT NULL,
        "updated_at" INTEGER NOT NULL)""",
    """CREATE TABLE "summary" (
        "number" INTEGER NOT NULL PRIMARY KEY, "conversation" VARCHAR(255) NOT NULL, "message" INTEGER NOT NULL,
        "text" TEXT NOT NULL, "model" VARCHAR(255) NOT NULL, "created_at" INTEGER NOT NULL,
        FOREIGN KEY ("conversation") REFERENCES "conversation" ("id") ON DELETE CASCADE)""",
    """CREATE INDEX "summary_conversation" ON "summary" ("conversation")""",
    """CREATE TABLE "view" ("message" VARCHAR(255) NOT NULL PRIMARY KEY, "data" TEXT NOT NULL)""",
    """CREATE TABLE "model_usage" (
        "number" INTEGER NOT NULL PRIMARY KEY, "at" INTEGER NOT NULL, "day" VARCHAR(255) NOT NULL,
        "model" VARCHAR(255) NOT NULL, "purpose" VARCHAR(255) NOT NULL, "conversation" VARCHAR(255),
        "message" VARCHAR(255), "input_tokens" INTEGER NOT NULL, "cached_tokens" INTEGER NOT NULL,
        "output_tokens" INTEGER NOT NULL, "reasoning_tokens" INTEGER NOT NULL, "cost" REAL)""",
    """CREATE INDEX "modelusage_day" ON "model_usage" ("day")""",
    """CREATE INDEX "modelusage_conversation" ON "model_usage" ("conversation")""",
)


def apply(writer: Any) -> None:
    """Take a database of version 1 to version 2, inside the caller's transaction."""
    for statement in _STATEMENTS:
        writer.execute_sql(statement)
