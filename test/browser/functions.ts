import type { Locator, Page } from "playwright-core";
import type { SandboxClient } from "../../src/client/index.ts";

/** A service with two functions, and a function of FC 3.0, all with versions and aliases. */
export const existing = {
  services: [
    {
      name: "shop",
      functions: [{ name: "invoice", runtime: "nodejs20" as const, memorySize: 256 }, "report"],
      versions: ["1", "2"],
      aliases: [{ name: "prod", versionId: "1" }],
    },
  ],
  functions: [
    { name: "resize", runtime: "python3.10" as const, timeout: 60, versions: ["1"], aliases: ["live"] },
  ],
};

/** The row of a function or a service. */
export function row(page: Page, name: string): Locator {
  return page
    .locator(".rows > li :is(.row-service, .row-function)")
    .filter({ has: page.locator(".name").getByText(name, { exact: true }) });
}

/** Opens a function or a service of the list, and returns its details. */
export async function openRow(page: Page, name: string): Promise<Locator> {
  await row(page, name).locator(".name").click();
  return page.locator("article.resource");
}

/** Fills in the open dialog and sends it. */
export async function fill(
  page: Page,
  fields: Readonly<Record<string, string>>,
  button: string,
): Promise<void> {
  const dialog = page.getByRole("dialog");
  for (const [label, text] of Object.entries(fields)) {
    const field = dialog.getByLabel(label, { exact: true });
    if (await field.evaluate((element) => element.matches("select"))) await field.selectOption(text);
    else await field.fill(text);
  }
  await dialog.getByRole("button", { name: button, exact: true }).click();
}

/** Clicks a button of the page, outside of dialogs. */
export function click(page: Page, name: string): Promise<void> {
  return page.getByRole("button", { name, exact: true }).click();
}

/** The operations of the journal with their statuses, oldest first. */
export async function journal(sandbox: SandboxClient): Promise<string[]> {
  const { requests } = await sandbox.requests.list({}, { limit: 100 });
  return requests.map(({ operation, status }) => `${operation} ${status}`).reverse();
}
