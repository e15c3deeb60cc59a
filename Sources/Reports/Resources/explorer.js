// The latent explorer: moves latent vectors of one or two models with the same hand, decodes them with the models' own weights
// and lists the most probable items.
(() => {
  const { floats, step, run, outcomes, largest } = network;

  // The same draws in the same order whenever the page is opened.
  const generator = () => {
    let state = 20240229;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  };

  const decimals = (value) => (value < 0 ? "−" : "") + Math.abs(value).toFixed(2);
  const element = (name, look) => {
    const made = document.createElement(name);
    if (look) made.className = look;
    return made;
  };

  // One model: its place in the latent space, its list, its map.
  const space = (data, all, panel) => {
    const steps = data.steps.map(step);
    const encoder = data.encoder?.map(step);
    const codes = floats(data.codes);
    const deviations = data.deviations && floats(data.deviations);
    const [mean, moves, readers] = [floats(data.mean), floats(data.moves), floats(data.readers)];
    const part = (numbers, place) => numbers.subarray(place * data.latent, (place + 1) * data.latent);
    const body = panel.querySelector("[data-list]");
    const rows = Array.from({ length: all.listLength }, () => {
      const row = element("tr");
      const head = element("th");
      head.scope = "row";
      const name = element("bdi");
      const id = element("small");
      head.append(name, id);
      const mark = element("td", "has");
      const number = element("td", "number");
      const cell = element("td", "relative");
      const bar = element("div", "bar-of-list");
      cell.append(bar);
      row.append(head, mark, number, cell);
      body.append(row);
      return { row, name, id, mark, number, bar };
    });
    const [here, origin] = [panel.querySelector("[data-here]"), panel.querySelector("[data-origin]")];
    const axes = panel.querySelector("details");
    const raw = [...panel.querySelectorAll("[data-dimension]")];
    const decode = (z) => outcomes[data.likelihood](run(steps, z).at(-1));

    const self = {
      z: part(codes, 0).slice(),
      deviation: null,
      first: [],
      list: [],
      data,
      raw,
      decode,
      codeOf: (place) => part(codes, place).slice(),
      coordinate: (direction) => {
        const reader = part(readers, direction);
        let sum = 0;
        for (let i = 0; i < reader.length; i += 1) sum += reader[i] * (self.z[i] - mean[i]);
        return sum;
      },
      move: (direction, by) => {
        const along = part(moves, direction);
        for (let i = 0; i < along.length; i += 1) self.z[i] += by * along[i];
      },
      encode: (items) => {
        const values = run(encoder, { items, value: 1 });
        return {
          z: values[data.code].slice(),
          deviation: data.logVariance === undefined ? null : values[data.logVariance].map((v) => Math.exp(v / 2)),
        };
      },
      start: (place) => {
        self.z = part(codes, place).slice();
        self.deviation = deviations && place < all.places.length ? part(deviations, place) : null;
      },
      type: (items) => {
        if (!encoder || !items.length) return self.start(all.places.length);
        Object.assign(self, self.encode(items));
      },
      place: (mark) => {
        if (!mark) return;
        const held = (value, reach) => Math.max(-reach, Math.min(reach, value)) * all.mapUnit;
        mark.setAttribute("cx", held(self.coordinate(0), 3.9));
        mark.setAttribute("cy", all.directions.length > 1 ? -held(self.coordinate(1), 3.1) : 0);
      },
      begin: () => {
        self.first = self.show(new Set());
        self.place(origin);
        for (const row of rows) row.row.classList.remove("new");
      },
      show: (owned) => {
        const values = decode(self.z);
        const list = largest(values, all.listLength);
        const top = Math.abs(values[list[0]]) || 1;
        list.forEach((item, rank) => {
          const { row, name, id, mark, number, bar } = rows[rank];
          row.dataset.item = item;
          row.dataset.value = values[item];
          row.classList.toggle("new", self.first.length > 0 && !self.first.includes(item));
          name.textContent = all.names[item];
          id.textContent = all.ids && all.ids[item] !== all.names[item] ? ` ${all.ids[item]}` : "";
          mark.textContent = owned.has(item) ? "✓" : "";
          number.textContent = values[item].toFixed(data.likelihood === "gaussian" ? 3 : 4);
          bar.style.width = `${Math.max(0, Math.min(100, (100 * values[item]) / top))}%`;
        });
        if (axes.open) self.showAxes();
        self.place(here);
        self.list = list;
        return list;
      },
      // Only while somebody looks at them: writing into twelve sliders takes longer than decoding.
      showAxes: () => {
        for (const slider of raw) {
          const value = self.z[Number(slider.dataset.dimension)];
          slider.value = value;
          slider.nextElementSibling.textContent = decimals(value);
          slider.setAttribute("aria-valuetext", decimals(value));
        }
      },
    };
    axes.addEventListener("toggle", self.showAxes);
    return self;
  };

  const start = (root) => {
    const data = JSON.parse(root.querySelector("script[type='application/json']").textContent);
    const panels = [...root.querySelectorAll("[data-model]")];
    const spaces = data.models.map((model, place) => space(model, data, panels[place]));
    const [lead] = spaces;
    const chooser = root.querySelector("[data-start]");
    const sliders = [...root.querySelectorAll("[data-direction]")];
    const said = root.querySelector("[data-said]");
    const [typed, chips] = [root.querySelector("[data-typed]"), root.querySelector("[data-chips]")];
    const random = generator();
    let owned = new Set();
    let likes = [];
    let waiting = 0;

    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

    const towards = (direction, value) => {
      const { low, high } = data.directions[direction];
      return `${decimals(value)} standard deviations, ${value < 0 ? low : high}`;
    };

    const show = () => {
      const began = performance.now();
      for (const one of spaces) one.show(owned);
      for (const slider of sliders) {
        const value = lead.coordinate(Number(slider.dataset.direction));
        slider.value = value;
        slider.nextElementSibling.textContent = decimals(value);
        slider.setAttribute("aria-valuetext", towards(Number(slider.dataset.direction), value));
      }
      root.dataset.milliseconds = (performance.now() - began).toFixed(2);
    };

    // Said once the sliders rest, so that a screen reader is not flooded.
    const tell = (before = "") => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        const counts = spaces.map((one) => {
          const fresh = one.list.filter((item) => !one.first.includes(item)).length;
          return `${fresh} of ${one.list.length}${spaces.length > 1 ? ` in ${one.data.name}` : ""}`;
        });
        said.textContent = `${before}New since the start: ${counts.join(", ")}.`;
      }, 250);
    };

    const begin = (words) => {
      for (const one of spaces) one.begin();
      show();
      tell(words);
    };

    const restart = () => {
      if (chooser.value === "typed") {
        for (const one of spaces) one.type(likes);
        owned = new Set(likes);
      } else {
        const place = Number(chooser.value);
        for (const one of spaces) one.start(place);
        owned = new Set(place < data.places.length ? data.places[place].profile : []);
      }
      for (const [place, panel] of panels.entries()) {
        const button = panel.querySelector("[data-draw-near]");
        if (spaces[place].data.isDistribution) button.disabled = !spaces[place].deviation;
      }
      begin();
    };

    for (const slider of sliders) {
      slider.addEventListener("input", () => {
        const direction = Number(slider.dataset.direction);
        const by = slider.valueAsNumber - lead.coordinate(direction);
        for (const one of spaces) one.move(direction, by);
        show();
        tell();
      });
    }
    for (const [place, panel] of panels.entries()) {
      const one = spaces[place];
      for (const slider of one.raw) {
        slider.addEventListener("input", () => {
          one.z[Number(slider.dataset.dimension)] = slider.valueAsNumber;
          show();
          tell();
        });
      }
      panel.querySelector("[data-draw-prior]").addEventListener("click", () => {
        let left = random();
        const component = one.data.prior.find(({ weight }) => (left -= weight) < 0) ?? one.data.prior.at(-1);
        const [mean, deviation] = [floats(component.mean), floats(component.deviation)];
        one.z = mean.map((value, i) => value + deviation[i] * normal());
        owned = new Set();
        show();
        tell(`Somebody drawn from the prior of ${one.data.name}. `);
      });
      panel.querySelector("[data-draw-near]").addEventListener("click", () => {
        const centre = chooser.value === "typed" ? one.encode(likes).z : one.codeOf(Number(chooser.value));
        one.z = centre.map((value, i) => value + one.deviation[i] * normal());
        show();
        tell(`Somebody near ${chooser.selectedOptions[0].textContent}, drawn from the posterior. `);
      });
    }
    chooser.addEventListener("change", restart);
    root.querySelector("[data-reset]").addEventListener("click", restart);

    // Typed items: the encoders say where somebody with them is.
    if (typed) {
      const options = root.querySelector("datalist");
      const plain = data.names.map((name) => name.toLowerCase());
      const shown = () => {
        chips.hidden = likes.length === 0;
        chips.replaceChildren(
          ...likes.map((item) => {
            const chip = element("button");
            chip.type = "button";
            chip.append(element("bdi"), " ×");
            chip.firstChild.textContent = data.names[item];
            chip.setAttribute("aria-label", `take off ${data.names[item]}`);
            chip.addEventListener("click", () => {
              likes = likes.filter((other) => other !== item);
              shown();
            });
            return chip;
          }));
        const option = chooser.querySelector("[value=typed]");
        option.hidden = likes.length === 0;
        chooser.value = likes.length ? "typed" : String(data.places.length);
        restart();
      };
      typed.addEventListener("input", () => {
        const text = typed.value.trim().toLowerCase();
        let item = plain.indexOf(text);
        if (item < 0 && data.ids) item = data.ids.indexOf(typed.value.trim());
        if (item >= 0) {
          if (!likes.includes(item)) likes = [...likes, item];
          typed.value = "";
          options.replaceChildren();
          return shown();
        }
        const found = text ? plain.flatMap((name, i) => (name.includes(text) ? [i] : [])).slice(0, 20) : [];
        options.replaceChildren(
          ...found.map((i) => {
            const option = element("option");
            option.value = data.names[i];
            return option;
          }));
      });
    }

    // The same numbers, computed here and by doppel.
    const off = (values, { items }, expected) =>
      items.reduce((most, item, i) => Math.max(most, Math.abs(values[item] - expected[i])), 0);
    let deviation = 0;
    let count = 0;
    for (const one of spaces) {
      const { check } = one.data;
      one.start(check.place);
      if (data.directions.length) one.move(0, check.deviations);
      deviation = Math.max(deviation, off(one.decode(one.z), check, check.values));
      if (check.encodedValues) {
        const values = one.decode(one.encode(data.places[check.place].profile).z);
        deviation = Math.max(deviation, off(values, check, check.encodedValues));
        count += check.items.length;
      }
      count += check.items.length;
    }
    root.dataset.deviation = deviation;
    root.querySelector("[data-checked]").textContent =
      `Self-check: ${count} values computed in this page differ from doppel's by at most ${deviation.toExponential(0)}.`;
    restart();
    root.dataset.readyAt = performance.now().toFixed(0);
    root.dataset.ready = "yes";
  };

  // One after the other once the page is there, so that it opens without waiting for weights.
  for (const root of document.querySelectorAll("[data-explorer]")) setTimeout(start, 0, root);
})();
