/** A row of small charts, one per series. The vertical axis of each starts at zero. */
export interface Plot {
  /** The label of the horizontal axis. */
  readonly title: string;
  readonly isLogarithmic: boolean;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

const [WIDTH, HEIGHT, MARGIN] = [280, 150, 34];

/** Draws a plot as SVG, legible on light and dark pages. */
export function plot({ title, isLogarithmic, series }: Plot): string {
  const charts = series.map(({ name, points }, index) => {
    const xs = points.map(([x]) => (isLogarithmic ? Math.log10(x) : x));
    const [least, most] = [Math.min(...xs), Math.max(...xs)];
    const top = Math.max(...points.map(([, y]) => y)) * 1.1 || 1;
    const left = index * (WIDTH + MARGIN) + MARGIN;
    const at = (x: number, y: number) => {
      const across = most === least ? 0.5 : (x - least) / (most - least);
      return `${(left + across * WIDTH).toFixed(1)},${(MARGIN + HEIGHT * (1 - y / top)).toFixed(1)}`;
    };
    const path = points.map(([, y], i) => at(xs[i] ?? 0, y)).join(" ");
    const dots = points.map(([, y], i) => {
      const [x, height] = at(xs[i] ?? 0, y).split(",");
      return `<circle cx="${x}" cy="${height}" r="2.5"/>`;
    });
    const [first, last] = [points.at(0)?.[0], points.at(-1)?.[0]];
    const bottom = MARGIN + HEIGHT;
    return `<g>
<text x="${left}" y="${MARGIN - 14}" font-weight="bold">${name}</text>
<path d="M${left} ${MARGIN}V${bottom}H${left + WIDTH}" fill="none" stroke="#8a94a1"/>
<text x="${left - 4}" y="${MARGIN + 8}" text-anchor="end">${Math.round(top)}</text>
<text x="${left - 4}" y="${bottom}" text-anchor="end">0</text>
<text x="${left}" y="${bottom + 16}">${first}</text>
<text x="${left + WIDTH}" y="${bottom + 16}" text-anchor="end">${last}</text>
<polyline points="${path}" fill="none" stroke="#c2570c" stroke-width="2"/>
<g fill="#c2570c">${dots.join("")}</g>
</g>`;
  });
  const [width, height] = [series.length * (WIDTH + MARGIN) + MARGIN, HEIGHT + MARGIN * 2 + 14];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11" fill="#6b7684">
<title>${title}</title>
${charts.join("\n")}
<text x="${width / 2}" y="${height - 6}" text-anchor="middle">${title}${isLogarithmic ? ", logarithmic" : ""}</text>
</svg>
`;
}
