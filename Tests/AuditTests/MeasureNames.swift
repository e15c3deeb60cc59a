import Audit
import Testing

@Suite("Names of audit measures")
struct MeasureNames {
  @Test("short names fit beside a plot and differ")
  func short() {
    let names = AuditMeasureKind.allCases.map(\.shortTitle)
    #expect(Set(names).count == names.count)
    for name in names { #expect(name.count <= 28, "\(name)") }
  }
}
