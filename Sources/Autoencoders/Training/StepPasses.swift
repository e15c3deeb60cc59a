import Compute

/// The passes of an update, in order.
extension Pass {
  static let rows = Pass("users' rows")
  static let gather = Pass("first layer, sums")
  static let narrowForward = Pass("narrow layers, forward")
  static let logits = Pass("logits and loss")
  static let statistics = Pass("softmax statistics, sums")
  static let outputUpdate = Pass("last layer, gradients and update")
  static let outputGradient = Pass("last layer's gradient, sums")
  static let narrowBackward = Pass("narrow layers, backward")
  static let inputUpdate = Pass("first layer, gradient and update")
}
