import Plots

/// The style sheet and the scripts of a page, embedded in the binary from `Resources`.
enum PageAssets {
  /// The style sheet: colours for light and dark, the page, the plots.
  static let style: String =
    """
    :root { \(PlotStyle.colours(dark: false)) --good: #00704F; --caution: #8A5A00; --bad: #B3261E; --tint: #F3F5F8; --link: #0058A3; }
    @media (prefers-color-scheme: dark) { :root { \(PlotStyle.colours(dark: true)) --good: #4FD1A5; --caution: #E0B050; \
    --bad: #FF8A80; --tint: #1C2127; --link: #7CB8F0; } }
    @media print { :root { \(PlotStyle.colours(dark: false)) --good: #00704F; --caution: #8A5A00; --bad: #B3261E; \
    --tint: #F3F5F8; --link: #0058A3; } }

    """ + text(PackageResources.report_css) + PlotStyle.css

  /// The program of the latent explorer.
  static let explorer = text(PackageResources.network_js) + "\n" + text(PackageResources.explorer_js)

  /// A script as written to the page, in a CDATA section for XML parsers.
  static func wrapped(_ script: String) -> String { "/*<![CDATA[*/\n\(script)\n/*]]>*/" }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
