from typing import Any

import strawberry

from resolvers.paging import Page
from schema.says import says


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = says("Whether more follow `endCursor`.")
    has_previous_page: bool = says("Whether the page is not the first.")
    start_cursor: str | None = says("Of the first node; null if there is none.")
    end_cursor: str | None = says("Of the last node, for `after`; null if there is none.")

    @classmethod
    def of(cls, page: Page[Any]) -> "PageInfo":
        return cls(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.start,
            end_cursor=page.end,
        )
