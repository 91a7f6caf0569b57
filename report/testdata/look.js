// Looks at a page as it is laid out, and returns what is wrong with it, one sentence each.
(() => {
  const wrong = [];
  const name = (e) => `${e.tagName} "${(e.textContent || "").trim().slice(0, 40)}"`;
  const visible = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility === "visible";
  const box = (e) => e.getBoundingClientRect();
  const parent = (svg) => svg.closest("section");
  const where = (svg) => { const h = parent(svg) && parent(svg).querySelector("h2"); return h ? h.textContent.trim() : "?"; };

  // Nothing is wider than the page, nor than the box it stands in.
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const e of document.querySelectorAll("main *:not(svg *)")) {
    if (!visible(e) || e.closest("pre, .scroll, svg")) continue;
    if (box(e).right > innerWidth + 0.5) wrong.push(`${name(e)} ends at ${box(e).right}`);
  }

  const overlap = (a, b, slack) => a.left + slack < b.right && b.left + slack < a.right && a.top + slack < b.bottom && b.top + slack < a.bottom;
  const ladders = [...document.querySelectorAll("svg.ladder")].filter(visible);
  for (const svg of ladders) {
    const at = where(svg), frame = box(svg);
    const texts = [...svg.querySelectorAll("text")].filter((t) => t.textContent.trim() !== "");
    texts.forEach((t, i) => {
      const r = box(t);
      if (r.left < frame.left - 1 || r.right > frame.right + 1) wrong.push(`${at}: ${name(t)} leaves the drawing`);
      if (r.bottom > frame.bottom + 1) wrong.push(`${at}: ${name(t)} is below the drawing`);
      for (const o of texts.slice(i + 1)) {
        if (overlap(r, box(o), 2.5)) wrong.push(`${at}: ${name(t)} overlaps ${name(o)}`);
      }
      for (const c of svg.querySelectorAll(".cross path:not(.halo)")) {
        if (overlap(r, box(c), 2.5)) wrong.push(`${at}: ${name(t)} overlaps a cross`);
      }
    });

    // A text alternative.
    const ids = (svg.getAttribute("aria-labelledby") || "").split(" ");
    if (svg.getAttribute("role") !== "img" || ids.length !== 2 || ids.some((id) => !svg.querySelector("#" + CSS.escape(id)).textContent.trim()))
      wrong.push(`${at}: the drawing has no text alternative`);

    // What was sent later begins further down, and what is drawn to scale is to scale.
    const hops = (g) => [...g.querySelectorAll(".hop")];
    const arrows = [...svg.querySelectorAll(".arrow")].map((g) => ({
      sent: +g.dataset.sent, last: +g.dataset.last, label: g.querySelector("text").textContent,
      y1: Math.min(...hops(g).map((h) => +h.getAttribute("y1"))), y2: Math.max(...hops(g).map((h) => +h.getAttribute("y2"))),
    }));
    for (const a of arrows) {
      if (a.y2 < a.y1) wrong.push(`${at}: ${a.label} rises`);
      for (const b of arrows) {
        if (a.sent < b.sent && a.y1 >= b.y1) wrong.push(`${at}: ${b.label} was sent after ${a.label} and is not below it`);
      }
    }
    const scales = [];
    for (const g of svg.querySelectorAll(".wait")) {
      const d = g.dataset, line = box(g.querySelector("line"));
      if (!g.classList.contains("cut")) scales.push((+d.y2 - +d.y1) / (+d.to - +d.from));
      if (Math.abs(line.height - (+d.y2 - +d.y1)) > 1) wrong.push(`${at}: a wait is drawn ${line.height} high`);
      for (const a of arrows) {
        if (a.sent === +d.to && Math.abs(a.y1 - +d.y2) > 1) wrong.push(`${at}: ${a.label} does not begin where its wait ends`);
        if (a.sent > +d.from && a.sent < +d.to) wrong.push(`${at}: ${a.label} was sent during a wait`);
      }
    }
    if (scales.length && Math.max(...scales) > Math.min(...scales) * 1.02) wrong.push(`${at}: waits have different scales: ${scales}`);
  }

  // Contrast, by WCAG 2: 4.5 to 1, or 3 to 1 for large text.
  const channel = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); };
  const parse = (c) => (c.match(/[\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  for (const e of document.querySelectorAll("main *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !visible(e) || ["TITLE", "DESC", "SCRIPT"].includes(e.tagName.toUpperCase())) continue;
    const style = getComputedStyle(e), svg = e.closest("svg");
    const ink = light(parse(svg ? style.fill : style.color)), paper = light(behind(svg ? svg.parentElement : e));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && +style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) wrong.push(`${name(e)} has a contrast of ${ratio.toFixed(2)}`);
  }

  // Nothing from a capture has become a part of the page.
  if (window.hit) wrong.push("something was executed");
  for (const e of document.querySelectorAll("*")) {
    for (const a of e.attributes) {
      if (a.name.startsWith("on")) wrong.push(`${e.tagName} has ${a.name}`);
      if (/^\s*javascript:/i.test(a.value) && a.name !== "data-words") wrong.push(`${e.tagName} has ${a.name}=${a.value}`);
    }
  }
  return [...new Set(wrong)];
})()
