/// The style sheet of plots.
public enum PlotStyle {
  /// The rules, without the colours: they read the custom properties of ``colours(dark:)``.
  public static let css =
    """
    .plot { display: block; width: 100%; height: auto; overflow: visible; font: 12px system-ui, sans-serif; }
    .plot text { fill: var(--ink-soft); unicode-bidi: isolate; }
    .plot .label, .plot .legend text { fill: var(--ink); }
    .plot .grid { stroke: var(--grid); stroke-width: 1; }
    .plot .axis { stroke: var(--ink-soft); stroke-width: 1; }
    .plot .rule { stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 1 3; stroke-linecap: round; }
    .plot .reference text { fill: var(--ink); paint-order: stroke; stroke: var(--page); stroke-width: 3px; }
    .plot .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
    .plot path.line { stroke-linecap: butt; }
    .plot .sign { fill: currentColor; stroke: var(--page); stroke-width: 0.7; }
    .plot .many { fill-opacity: 0.5; stroke: none; }
    .plot .bar { fill: currentColor; fill-opacity: 0.8; }
    .plot .area { fill: currentColor; fill-opacity: 0.35; }
    .plot .legend .area { fill-opacity: 0.8; }
    .plot .whisker { fill: none; stroke: currentColor; stroke-width: 1.6; }
    .plot .above { fill: var(--s1); }
    .plot .below { fill: var(--s0); }
    .plot .cells rect { stroke: var(--grid); stroke-width: 0.5; }

    """
    + Palette.light.indices.map { ".s\($0) { color: var(--s\($0)); }\n" }.joined() + ".sn { color: var(--neutral); }\n"

  /// The custom properties for a light or a dark page.
  public static func colours(dark: Bool) -> String {
    (dark ? Palette.dark : Palette.light).enumerated().map { "--s\($0.offset): \($0.element); " }.joined()
      + (dark
        ? "--page: \(Palette.darkPage); --ink: #E8EAED; --ink-soft: #A9B0BA; --grid: #2B313A; --neutral: #7F8793;"
        : "--page: \(Palette.lightPage); --ink: #1B1F24; --ink-soft: #555D68; --grid: #E4E7EB; --neutral: #8A929C;")
  }
}
