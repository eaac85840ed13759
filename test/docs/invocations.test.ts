import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { transitions } from "../../src/fc/invocations/machine.ts";

const page = await readFile(new URL("../../docs/invocations.md", import.meta.url), "utf8");

/** The table of transitions as the page prints it: neighbours that differ only in what happens are one row. */
function printedRows(): string[] {
  const rows: { readonly on: string[]; readonly print: (on: string) => string }[] = [];
  for (const { from, on, when, to, effect } of transitions) {
    const print = (happens: string) =>
      `| ${[from.join(", "), happens, when, to, effect].map((cell) => (cell ? `${cell} |` : "|")).join(" ")}`;
    const before = rows.at(-1);
    if (before?.print("") === print("")) before.on.push(on);
    else rows.push({ on: [on], print });
  }
  return rows.map(({ on, print }) => print(on.join(", ")));
}

test("the page's table of transitions is the table that the sandbox goes by", () => {
  const [, table = ""] = /^\| status \| what happens \|.*\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(page) ?? [];
  expect(table.trimEnd().split("\n")).toEqual(printedRows());
});

test("the page's diagram has the same transitions", () => {
  const drawn = [...page.matchAll(/^ {2}(\w+) --> (\w+)$/gm)].map(([, from, to]) => `${from} --> ${to}`);
  const possible = transitions.flatMap(({ from, to }) => from.map((status) => `${status} --> ${to}`));
  expect(drawn.toSorted()).toEqual([...new Set(possible)].toSorted());
});
