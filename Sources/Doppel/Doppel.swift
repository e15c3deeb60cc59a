@_exported public import Autoencoders
@_exported public import Compute
@_exported public import Evaluation
@_exported public import Experiments
@_exported public import InteractionData
