"use strict";

// What a network in a page computes: weights out of text, operations, what the likelihood makes of logits.
const network = (() => {
  const bytes = (text) => {
    const binary = atob(text);
    const array = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i += 1) array[i] = binary.charCodeAt(i);
    return array.buffer;
  };

  // IEEE 754 half precision; every one of its numbers is computed once, when first needed.
  const half = (bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  };

  const floats = (text) => new Float32Array(bytes(text));
  let table = null;
  const halves = (text) => {
    table ??= Float32Array.from({ length: 65536 }, (_, bits) => half(bits));
    return new Float32Array(new Uint16Array(bytes(text))).map((bits) => table[bits]);
  };

  const sigmoid = (x) => 1 / (1 + Math.exp(-x));
  const each = (g) => (x) => Float32Array.from(x, g);

  // What a step makes of what it reads, rounded to 32 bits as doppel does. The row of an encoder is a list of items and what
  // each of them counts.
  const operations = {
    dense: (x, { weight, bias }) => {
      const y = new Float32Array(bias.length);
      for (let row = 0, at = 0; row < y.length; row += 1) {
        let sum = bias[row];
        for (let column = 0; column < x.length; column += 1, at += 1) sum += weight[at] * x[column];
        y[row] = sum;
      }
      return y;
    },
    normalise: ({ items }) => ({ items, value: 1 / Math.sqrt(Math.max(1, items.length)) }),
    gather: ({ items, value }, { weight, bias }) => {
      const y = bias.slice();
      for (const item of items) for (let i = 0; i < y.length; i += 1) y[i] += value * weight[item * y.length + i];
      return y;
    },
    slice: (x, { from, to }) => x.slice(from, to),
    clamp: (x, { from, to }) => x.map((value) => Math.min(to, Math.max(from, value))),
    tanh: each(Math.tanh),
    sigmoid: each(sigmoid),
    relu: each((x) => Math.max(0, x)),
    swish: each((x) => x * sigmoid(x)),
    gate: (x) => Float32Array.from({ length: x.length / 2 }, (_, i) => x[i] * sigmoid(x[x.length / 2 + i])),
    normalisation: (x, { weight, bias, epsilon }) => {
      const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
      const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
      return x.map((value, i) => ((value - mean) / Math.sqrt(variance + epsilon)) * weight[i] + bias[i]);
    },
  };

  const step = (data) => ({
    ...data,
    weight: data.weight && (data.precision === "f16" ? halves(data.weight) : floats(data.weight)),
    bias: data.bias && floats(data.bias),
  });

  // All values: 0 is what comes in, k what step k − 1 makes, and a step reads the sum of some of them.
  const run = (steps, start) => {
    const values = [start];
    for (const one of steps) {
      const [first, ...others] = one.reads.map((place) => values[place]);
      const read = others.reduce((sum, value) => sum.map((x, i) => x + value[i]), first);
      values.push(operations[one.operation](read, one));
    }
    return values;
  };

  // What the likelihood makes of the logits: shares of one whole, a coin for each item, or the value itself.
  const outcomes = {
    multinomial: (logits) => {
      const values = new Float64Array(logits.length);
      let largest = -Infinity;
      for (const logit of logits) largest = Math.max(largest, logit);
      let total = 0;
      for (let i = 0; i < logits.length; i += 1) total += values[i] = Math.exp(logits[i] - largest);
      for (let i = 0; i < logits.length; i += 1) values[i] /= total;
      return values;
    },
    bernoulli: (logits) => Float64Array.from(logits, sigmoid),
    gaussian: (logits) => Float64Array.from(logits),
  };

  // The places of the `count` largest values, largest first; equal values in order of place.
  const largest = (values, count) => {
    const list = [];
    for (let i = 0; i < values.length; i += 1) {
      if (list.length === count && !(values[i] > values[list[count - 1]])) continue;
      let at = list.length;
      while (at > 0 && values[list[at - 1]] < values[i]) at -= 1;
      list.splice(at, 0, i);
      if (list.length > count) list.pop();
    }
    return list;
  };

  return { floats, step, run, outcomes, largest };
})();
