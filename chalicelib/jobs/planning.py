"""Plans how the parts of a file are read."""

from chalicelib.engine.opening import Table
from chalicelib.engine.options import Options
from chalicelib.jobs.parts import MAX_PARTS, Plan, sent_at_once


def plan_of(
    table: Table, options: Options, size: int, part_bytes: int, window: int = MAX_PARTS
) -> Plan:
    """Return the plan of a file of ``size`` bytes that is cut every ``part_bytes``."""
    layout = table.layout
    return Plan(
        size=size,
        part_bytes=part_bytes,
        data_start=layout.data_start,
        data_line=layout.data_line,
        fields=layout.fields,
        window=window,
        columns=layout.wanted if options.columns else (),
        hidden=layout.hidden,
        at_once=sent_at_once(part_bytes, window),
    )
