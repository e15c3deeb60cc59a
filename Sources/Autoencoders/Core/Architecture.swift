public import Compute

/// The layers of a network, from items to items; ``InferenceGraph`` describes their computation.
///
/// Items → wide input layer → ``encoder`` → code → ``decoder`` → wide output layer → items.
public struct Architecture: Sendable {
  /// The width of the wide input layer.
  public var inputWidth: Int { encoder.widths[0] }
  /// The nonlinearity of the wide input layer.
  public let inputActivation: Activation
  /// From the wide input layer to the parameters of the code.
  public let encoder: LayerStack
  /// From the latent vector to the input of the wide output layer.
  public let decoder: LayerStack

  /// Combines layers.
  public init(inputActivation: Activation, encoder: LayerStack, decoder: LayerStack) {
    self.inputActivation = inputActivation
    self.encoder = encoder
    self.decoder = decoder
  }

  /// Dense layers on both sides, the decoder a mirror of the encoder.
  ///
  /// - Parameters:
  ///   - hidden: the widths between the items and the code, possibly none.
  ///   - code: the number of outputs that describe a code.
  public static func mirrored(
    hidden: [Int], latent: Int, code: Int, activation: Activation, codeActivation: Activation
  ) -> Architecture {
    let widths = hidden + [code]
    func activate(_ index: Int) -> Activation { index < hidden.count ? activation : codeActivation }
    var encoder = LayerStack(inputs: widths[0])
    for index in widths.indices.dropFirst() { encoder.append(Dense(widths[index], activate(index))) }
    var decoder = LayerStack(inputs: latent)
    for width in hidden.reversed() { decoder.append(Dense(width, activation)) }
    return Architecture(inputActivation: activate(0), encoder: encoder, decoder: decoder)
  }

  /// The name of the wide output layer, such as `decoder.1`.
  public var outputLayer: String { "decoder.\(decoder.parameters.count { !$0.isEmpty })" }

  /// All small parameters of the layers, in order: the wide input layer's bias, the encoder's, the decoder's.
  var parameters: [Parameter] {
    let bias = Parameter("encoder.0.bias", rows: 1, columns: inputWidth, start: .bias)
    return [bias] + (placed(in: .encoder) + placed(in: .decoder)).flatMap(\.self)
  }

  /// The parameters of each layer of a side, named; layers without parameters have no number.
  func placed(in group: ParameterGroup) -> [[Parameter]] {
    let stack = group == .encoder ? encoder : decoder
    var (all, layers, number): ([Parameter], [[Parameter]], Int) = ([], [], group == .encoder ? 1 : 0)
    for own in stack.parameters {
      all.append(own, of: "\(group.rawValue).\(number)", in: group, from: group == .encoder ? .encoder : .decoder)
      layers.append(Array(all.suffix(own.count)))
      if !own.isEmpty { number += 1 }
    }
    return layers
  }
}
