"""What the pictures show: files, questions, an answer and notes of a person who rents a harbour office."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine import NewMemory

SAMPLES = {
    "Harbour office/lease-2024.md": (
        "# Lease of the harbour office\n\n## Term and notice\n\nThe lease of the harbour office ends on 31 May 2027 "
        "unless it is renewed in writing. The tenant gives notice of at least ninety days before the end of the term.\n"
        "\n## Deposit\n\nThe deposit is two monthly rents. It is paid back within thirty days after the keys are "
        "handed over.\n"
    ),
    "Harbour office/house-rules.txt": (
        "House rules\n\nNotice by e-mail counts when its receipt is confirmed.\nBicycles stand in the yard.\n"
    ),
    "Договоры/Договор аренды склада № 14 от 3 марта 2026 года с приложениями и протоколом разногласий.md": (
        "# Договор аренды склада\n\nСрок уведомления о расторжении договора аренды склада составляет шестьдесят дней. "
        "Арендная плата вносится не позднее пятого числа каждого месяца.\n"
    ),
}
BROKEN = {"empty.txt": "", "scan-17.pdf": "%PDF-1.7\nbroken off"}
ENGLISH = "When does the lease of the harbour office end?"
WRITTEN = """The lease of the harbour office ends on **31 May 2027** unless it is renewed in writing [1]. Before that:

1. Give notice at least *ninety days* before the end of the term [2]
2. Send it by letter
   - with a receipt
   - to the address in `lease-2024.md`

- [x] read the contract
- [ ] write the letter

| Month | Rent | Paid |
|:------|-----:|:----:|
| April | 1,200 | yes |
| May | 1,200 | no |

```python
def last_day(end: date, notice: int = 90) -> date:
    # The letter has to arrive before this day
    return end - timedelta(days=notice)
```

With a rent of $r$ that grows by a share $g$ each year, the whole sum over $n$ years is

$$
\\sum_{k=0}^{n-1} 12\\,r\\,(1+g)^k = 12\\,r\\,\\frac{(1+g)^n - 1}{g}
$$

Nobody has ever been asked for a deposit in this harbour.
"""
RUSSIAN = "За сколько дней нужно предупредить о расторжении договора аренды склада и когда вносится плата?"


def notes() -> list[NewMemory]:
    """What a person may have told Magray within some weeks."""
    from engine import NewMemory

    now = datetime.datetime.now(datetime.UTC)
    rows = (
        ("The renewal letter is drafted and waits for a date.", "assets", "note", 0),
        ("Landlord prefers e-mail over letters", "insights", "fact", 12),
        ("Decided to renew if the rent rises by less than 4 %", "insights", "decision", 20),
        ("Ask about the deposit on Monday", "interact", "message", 0),
        ("Срок уведомления по договору склада: шестьдесят дней", "assets", "fact", 30),
        ("The harbour crew meets every second Thursday", "insights", "fact", 5),
        ("مهلة الإشعار تسعون يوما قبل نهاية عقد المكتب", "assets", "note", 9),
    )
    return [
        NewMemory(text=text, layer=layer, kind=kind, occurred_at=now - datetime.timedelta(days=days))  # type: ignore[arg-type]
        for text, layer, kind, days in rows
    ]
