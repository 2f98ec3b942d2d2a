// Read by report_browser.py: functions of the loaded page, as an object.
(() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const known = new Map();

  // Any CSS colour as [r, g, b, a]: drawn and read back.
  function colour(words) {
    if (!known.has(words)) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = words;
      context.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
      known.set(words, [r, g, b, a / 255]);
    }
    return known.get(words);
  }

  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);

  function background(element) {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const layer = colour(getComputedStyle(at).backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  }

  function luminance(rgb) {
    const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrastOf(element, words) {
    const back = background(element);
    const front = over(colour(words), back);
    const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }

  return {
    // Texts with less contrast than `least`, each as "ratio: text"; controls that are switched off do not count.
    lowContrast(least) {
      const found = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      let texts = 0;
      while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || element.closest("script, style, template, :disabled")) continue;
        if (!element.checkVisibility({ visibilityProperty: true })) continue;
        texts += 1;
        const style = getComputedStyle(element);
        const ratio = contrastOf(element, element.closest("svg") ? style.fill : style.color);
        if (ratio < least) found.push(`${ratio.toFixed(2)}: ${walker.currentNode.data.trim().slice(0, 60)}`);
      }
      for (const input of document.querySelectorAll("input[placeholder]")) {
        if (!input.checkVisibility()) continue;
        const ratio = contrastOf(input, getComputedStyle(input, "::placeholder").color);
        if (ratio < least) found.push(`${ratio.toFixed(2)}: placeholder ${input.placeholder}`);
      }
      return { texts, found: found.slice(0, 10) };
    },

    // How far the page can be scrolled sideways, and what sticks out without a scroll box of its own.
    sideways() {
      const width = document.documentElement.clientWidth;
      const wide = [...document.querySelectorAll("body *")].filter((element) =>
        element.getBoundingClientRect().right > width + 1 && element.checkVisibility() && !element.closest(".scroll, pre, .unseen"));
      window.scrollTo({ left: 10000, top: 0, behavior: "instant" });
      const moved = window.scrollX;
      window.scrollTo({ left: 0, top: 0, behavior: "instant" });
      return { moved, wide: wide.slice(0, 5).map((element) => `${element.tagName}.${element.className}`) };
    },

    // Controls that a screen reader could not name.
    nameless() {
      return [...document.querySelectorAll("button, input, select, a, [role=img]")].filter((element) =>
        !(element.getAttribute("aria-label") || element.textContent.trim() || (element.labels && element.labels[0] && element.labels[0].textContent.trim())))
        .map((element) => element.outerHTML.slice(0, 120));
    },

    // Places of the file that point outside of it.
    outside() {
      const found = [];
      for (const element of document.querySelectorAll("*")) {
        for (const attribute of element.attributes) {
          if (["src", "href", "srcset", "action", "poster", "data", "xlink:href"].includes(attribute.name) && !/^(#|data:image\/)/.test(attribute.value)) {
            found.push(`${element.tagName} ${attribute.name}=${attribute.value.slice(0, 60)}`);
          }
          if (/^on/.test(attribute.name)) found.push(`${element.tagName} ${attribute.name}`);
        }
      }
      return found.concat([...document.querySelectorAll("link, iframe, object, embed, base")].map((element) => element.tagName));
    },

    rows(table) {
      return [...table.querySelectorAll("tbody tr:not(.group-row)")].map((row) => [...row.cells].map((cell) => cell.innerText.trim()));
    },
  };
})()
