"""What the demo shows: the unit in cyan, the RA in magenta, live events as they arrive."""

from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

STATUS = {
    "DRAFT": "暂存",
    "SUBMITTED": "已提交",
    "IN_REVIEW": "受理中",
    "MEDIA_REQUIRED": "需提供介质",
    "MEDIA_READY": "已具备介质",
    "PRODUCING": "制卡中",
    "COMPLETED": "已处理",
    "RETURNED": "已退单",
}
CARD = {"LEGAL": "法人卡", "OPERATOR": "操作员卡"}
UNIT, RA = "cyan", "magenta"

console = Console(highlight=False)


def title(text: str, subtitle: str) -> None:
    console.print(Panel(text, subtitle=subtitle, expand=False))


def act(who: str, colour: str, text: str) -> None:
    console.print(Text.assemble((f"{who:>4} ", f"bold {colour}"), text))


def live(who: str, colour: str, event: dict[str, Any]) -> None:
    """An event that has just come in over the WebSocket."""
    was, now = STATUS.get(event["fromStatus"], ""), STATUS.get(event["toStatus"], "")
    moved = f"{was} → {now}" if was and was != now else now
    console.print(
        Text.assemble(
            (f"     ◀ {who} ", colour),
            (f"{event['cursor']:>5} ", "dim"),
            (f"{event['type']:<19}", "bold"),
            moved,
        )
    )
    for reason in event["returnReasons"]:
        place = " › ".join(reason["path"])
        console.print(
            f"             [red]✗ {reason['message']}[/] [dim]{place}[/] {reason['hint'] or ''}"
        )


def progress(done: int, total: int, holder: str | None) -> None:
    bar = "█" * done + "░" * (total - done)
    console.print(f"     ◀ 制卡进度 [green]{bar}[/] {done}/{total} {holder or ''}")


def cards(rows: list[dict[str, Any]]) -> None:
    table = Table(title="卡与证书")
    for heading in ("卡", "持卡人", "介质", "证书序列号", "有效期至"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        certificate = row["certificate"]
        table.add_row(
            CARD[row["kind"]],
            row["holderName"],
            row["mediaSerial"],
            certificate["serialNumber"],
            certificate["notAfter"][:10],
        )
    console.print(table)
