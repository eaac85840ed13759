import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { costTable, limitTable, loadTable } from "../../bench/model.ts";

const page = await readFile(new URL("../../docs/scale.md", import.meta.url), "utf8");

test.each([
  ["load", loadTable],
  ["limits", limitTable],
  ["costs", costTable],
])("the page's table of %s is the one that the model prints", (_, table) => {
  expect(page).toContain(`\n\n${table()}\n\n`);
});
