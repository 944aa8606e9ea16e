"""The page a person opens."""

from pathlib import Path

from floodmark.settings.augment import Confidences
from floodmark.settings.report import Report
from floodmark.stage import stage


@stage(augment=Confidences, report=Report)
def main(augment: Confidences, report: Report) -> None:
    """The maps, curves, tables and accounting of both wings become one self-contained page."""
    from floodmark.report.page import write_page
    from floodmark.storage import outputs

    with outputs("outputs/report/index.html") as (page,):
        write_page(Path("outputs"), page, report, augment.names())


if __name__ == "__main__":
    main()
