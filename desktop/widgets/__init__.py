"""Small widgets that every view uses. None of them knows the engine; looks come from the theme.

    ElidedLabel    one line, cut to its room, whole in its tool tip           ElidedLabel(text, mode=…, role=…)
    FlowLayout     items in lines, wrapping                                   FlowLayout(parent, spacing=theme.px(8))
    EmptyState     what an empty view is for, and the first step              EmptyState(theme, icons).show_state(…)
    MessageBar     a line with icon, words, links, dismiss                    MessageBar(theme, icons).show_message(…)
    Card, Panel    rounded frame with a column; plain ground with a hairline  Card(theme, kind=…), Panel(edge="bottom")
    IconButton     an icon with accessible name, tool tip and keys            IconButton(icons, "close", words, keys=…)
    QuietButton    words without a frame, for bars                            QuietButton(words)
    LinkButton     a button that reads as a link                              LinkButton(words)
    SectionHeader  a strong line with an action at its end                    SectionHeader(theme, text).add(widget)
    LayerMark      ring, half disc, disc; `layer_name(layer)` in words        LayerMark(theme, icons, layer)
    ChipBar        filters of which one holds                                 ChipBar(theme).set_chips({key: words})

Labels pick their look by the property `role`: body, secondary, muted, muted_body, strong, lead, title, large, accent,
success, warning, danger.
"""
