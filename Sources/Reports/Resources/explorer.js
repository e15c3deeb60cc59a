"use strict";

// The latent explorer: decodes a latent vector with the model's own weights and lists the most probable items.
(() => {
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

  // What a step makes of what it reads, rounded to 32 bits as doppel does.
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

  // The value of the last step; 0 is the latent vector, k what step k − 1 makes, and a step reads the sum of some of them.
  const run = (steps, z) => {
    const values = [z];
    for (const one of steps) {
      const [first, ...others] = one.reads.map((place) => values[place]);
      const read = others.reduce((sum, value) => sum.map((x, i) => x + value[i]), first);
      values.push(operations[one.operation](read, one));
    }
    return values[values.length - 1];
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

  const decimals = (value) => (value < 0 ? "−" : "") + Math.abs(value).toFixed(2);
  const element = (name, look) => {
    const made = document.createElement(name);
    if (look) made.className = look;
    return made;
  };

  const start = (root) => {
    const data = JSON.parse(root.querySelector("script[type='application/json']").textContent);
    const steps = data.steps.map(step);
    const codes = floats(data.codes);
    const codeOf = (place) => codes.slice(place * data.latent, (place + 1) * data.latent);
    const decode = (z) => outcomes[data.likelihood](run(steps, z));

    const chooser = root.querySelector("[data-start]");
    const sliders = [...root.querySelectorAll("input[type=range]")];
    const said = root.querySelector("[data-said]");
    const body = root.querySelector("[data-list]");
    const rows = Array.from({ length: data.listLength }, () => {
      const row = element("tr");
      const head = element("th");
      head.scope = "row";
      const name = element("bdi");
      head.append(name);
      const mark = element("td", "has");
      const number = element("td", "number");
      const cell = element("td");
      const bar = element("div", "bar-of-list");
      cell.append(bar);
      row.append(head, mark, number, cell);
      body.append(row);
      return { row, name, mark, number, bar };
    });

    let z = codeOf(0);
    let first = [];
    let owned = new Set();
    let waiting = 0;

    const show = () => {
      const began = performance.now();
      const values = decode(z);
      const list = largest(values, data.listLength);
      const top = Math.abs(values[list[0]]) || 1;
      list.forEach((item, rank) => {
        const { row, name, mark, number, bar } = rows[rank];
        row.dataset.item = item;
        row.dataset.value = values[item];
        name.textContent = data.names[item];
        mark.textContent = owned.has(item) ? "✓" : "";
        number.textContent = data.likelihood === "gaussian" ? values[item].toFixed(3) : values[item].toFixed(4);
        bar.style.width = `${Math.max(0, Math.min(100, (100 * values[item]) / top))}%`;
      });
      for (const slider of sliders) {
        const value = z[Number(slider.dataset.dimension)];
        slider.nextElementSibling.textContent = decimals(value);
        slider.setAttribute("aria-valuetext", decimals(value));
      }
      root.dataset.milliseconds = (performance.now() - began).toFixed(2);
      return list;
    };

    // Said once the sliders rest, so that a screen reader is not flooded.
    const tell = (list) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        const same = list.filter((item) => first.includes(item)).length;
        said.textContent = `${same} of these ${list.length} items are also in the list of the starting point.`;
      }, 250);
    };

    const restart = () => {
      const place = Number(chooser.value);
      z = codeOf(place);
      owned = new Set(place < data.places.length ? data.places[place].profile : []);
      for (const slider of sliders) slider.value = z[Number(slider.dataset.dimension)];
      first = show();
      tell(first);
    };

    for (const slider of sliders) {
      slider.addEventListener("input", () => {
        z[Number(slider.dataset.dimension)] = slider.valueAsNumber;
        tell(show());
      });
    }
    chooser.addEventListener("change", restart);
    root.querySelector("[data-reset]").addEventListener("click", restart);

    // The same numbers, computed here and by doppel.
    const moved = codeOf(data.check.place);
    moved[data.check.dimension] = data.check.value;
    const here = decode(moved);
    const deviation = data.check.items.reduce(
      (most, item, i) => Math.max(most, Math.abs(here[item] - data.check.values[i])), 0);
    root.dataset.deviation = deviation;
    root.querySelector("[data-checked]").textContent =
      `Self-check: ${data.check.items.length} values computed in this page differ from doppel's by at most ` +
      `${deviation.toExponential(0)}.`;
    restart();
    root.dataset.readyAt = performance.now().toFixed(0);
    root.dataset.ready = "yes";
  };

  // One after the other once the page is there, so that it opens without waiting for weights.
  for (const root of document.querySelectorAll("[data-explorer]")) setTimeout(start, 0, root);
})();
