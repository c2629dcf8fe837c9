"""Personal data are sealed (docs/decisions/0010-personal-data.md): the columns widen, what they hold
is sealed by the ring of whoever migrates, and keyed hashes come beside those that are searched.
"""
from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from models.database import key_ring
from models.sealed import HashedField, SealedField

SEALED = {
    "Account": ("account", {"id_number": 40, "phone": 30, "email": 254}),
    "Operator": ("operator", {"id_number": 40, "phone": 30, "email": 254}),
    "Agent": ("agent", {"id_number": 40, "phone": 30, "email": 254}),
    "OperatorAccount": ("operator_account", {"id_number": 40, "phone": 30, "email": 254}),
    "Enterprise": ("enterprise", {"legal_id_number": 40}),
    "Application": ("application", {
        "street": 200, "legal_phone": 30, "legal_email": 254, "delivery_phone": 30,
        "delivery_address": 200,
    }),
    "Card": ("card", {"holder_id_number": 40}),
    "Message": ("message", {"recipient": 254, "body": 100000, "code": 10, "last_error": 300}),
    "SmsCode": ("sms_code", {"phone": 30}),
}
REQUIRED = {
    ("Enterprise", "legal_id_number"), ("Card", "holder_id_number"), ("Message", "recipient"),
    ("Message", "body"), ("Message", "last_error"), ("SmsCode", "phone"),
}
HASHED = {
    ("operator_account", "id_number"): "id_number_hash",
    ("card", "holder_id_number"): "holder_id_number_hash",
}
BATCH = 500


class Widen(ops.AlterField):
    """SQLite keeps texts of any length in any column. To make its table anew, as Tortoise would,
    would delete by cascade what refers to it.
    """

    async def database_forward(self, app_label, old_state, new_state, state_editor=None):
        if state_editor and state_editor.DIALECT != "sqlite":
            await super().database_forward(app_label, old_state, new_state, state_editor)


class Unbind(ops.RemoveConstraint):
    """SQLite's stands in its table for good. On sealed numbers, no two alike, it forbids nothing."""

    async def database_forward(self, app_label, old_state, new_state, state_editor=None):
        if state_editor and state_editor.DIALECT != "sqlite":
            await super().database_forward(app_label, old_state, new_state, state_editor)


def widened():
    for model, (_, columns) in SEALED.items():
        for name, length in columns.items():
            told = {} if (model, name) in REQUIRED else {"null": True}
            if name == "last_error":
                told["default"] = ""
            yield Widen(model, name, SealedField(length, **told))


async def seal(_apps, editor):
    """Every text that is there, in batches. Codes under way are forgotten: they live minutes."""
    client, ring = editor.client, key_ring()
    mark = (lambda n: f"${n}") if editor.DIALECT == "postgres" else (lambda _: "?")

    async def fetch(table, columns, last):
        asked = f"SELECT id, {', '.join(columns)} FROM {table} WHERE id > {mark(1)} ORDER BY id LIMIT {BATCH}"
        return (await client.execute_query(asked, [last]))[1]

    async def put(table, row_id, values):
        names = ", ".join(f"{name} = {mark(n)}" for n, name in enumerate(values, start=1))
        told = f"UPDATE {table} SET {names} WHERE id = {mark(len(values) + 1)}"
        await client.execute_query(told, [*values.values(), row_id])

    await client.execute_query("DELETE FROM sms_code")
    for table, columns in SEALED.values():
        last = 0
        while rows := await fetch(table, columns, last):
            for row in rows:
                values = {}
                for name in columns:
                    place, text = f"{table}.{name}", row[name]
                    if text is not None:
                        values[name] = ring.seal(place, text)
                        if hash_name := HASHED.get((table, name)):
                            values[hash_name] = ring.keyed_hash(place, text)
                if values:
                    await put(table, row["id"], values)
            last = rows[-1]["id"]
    last = 0
    while rows := await fetch("verification", ["digest"], last):
        for row in rows:
            digest = ring.keyed_hash("verification.digest", row["digest"])
            await put("verification", row["id"], {"digest": digest})
        last = rows[-1]["id"]


class Migration(migrations.Migration):
    dependencies = [('models', '0004_accounts')]

    initial = False

    operations = [
        *widened(),
        ops.AddField("Card", "holder_id_number_hash", HashedField("holder_id_number", null=True)),
        ops.AddField("OperatorAccount", "id_number_hash", HashedField("id_number", null=True)),
        ops.AddField("SmsCode", "phone_hash", HashedField("phone", null=True)),
        ops.RunPython(seal),
        ops.AddIndex("Card", Index(fields=["enterprise_id", "holder_id_number_hash"])),
        Unbind("OperatorAccount", None, ["enterprise", "id_type", "id_number"]),
        ops.AddConstraint(
            "OperatorAccount",
            UniqueConstraint(fields=("enterprise", "id_type", "id_number_hash"), name=None),
        ),
        ops.RemoveIndex("SmsCode", None, fields=["phone", "purpose", "subject"]),
        ops.AddIndex("SmsCode", Index(fields=["phone_hash", "purpose", "subject"])),
    ]
