import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { Deployment } from "../../src/documents/responseBodies.ts";
import type { RegisteredSandbox } from "../../src/state/registry.ts";
import { SERVER } from "../server.ts";
import { violationsInBoth } from "./axe.ts";
import { hasBrowser } from "./browser.ts";
import { rows, visit, widthOf } from "./pages.ts";

// What a server seldom says, these tests say in its place. The flows are in operator.test.ts.

const OPERATOR_PAGE = `${SERVER}/operator`;
/** A name as long as a team's may be. */
const LONG = "W".repeat(64);

/** Has a page be answered what a test makes up of the query, in place of what the server has at a path. */
async function answering(
  page: Page,
  path: string,
  answer: (query: URLSearchParams) => object | Promise<object>,
): Promise<void> {
  const matches = ({ pathname }: URL) => pathname === `/operator/_sandbox${path}`;
  await page.route(matches, async (route) => {
    await route.fulfill({ json: await answer(new URL(route.request().url()).searchParams) });
  });
}

function registered(index: number, changes: Partial<RegisteredSandbox> = {}): RegisteredSandbox {
  const time = new Date(Date.UTC(2026, 10, 27, 12) - index * 60_000).toISOString();
  return {
    id: `pr-${index}-${"x".repeat(26)}`,
    label: `pr-${index}`,
    team: index % 2 === 0 ? LONG : null,
    invitation: null,
    createdAt: time,
    lastUsedAt: time,
    bytes: 1_234_567 * index,
    functions: index,
    latestDay: { day: "2026-11-27", requests: 1000 * index, posts: 0 },
    throttled: index === 1 ? "this sandbox has used the 1000 requests of 2026-11-27 (UTC)" : null,
    ...changes,
  };
}

describe.skipIf(!hasBrowser)("the operator", () => {
  test("reads the usage of ninety days, days without any included, and what went wrong", async () => {
    const page = await visit(OPERATOR_PAGE);
    const day = (ago: number) =>
      new Date(Date.UTC(2026, 10, 27) - ago * 86_400_000).toISOString().slice(0, 10);
    const message = `${LONG}${LONG}`;
    const deployment: Deployment = {
      sandboxes: 12_345,
      bytes: 250_000_000,
      days: Array.from({ length: 95 }, (_, ago) => ({
        day: day(ago),
        requests: 1000 + ago,
        posts: 95 - ago,
      })).filter(({ day: one }) => one !== day(3)),
      quotas: { requestsPerDay: 1000, sandboxBytes: null, totalBytes: 1_000_000_000 },
      health: { status: "ok", createsSandboxes: true, creation: "invited", defaultSandbox: "off" },
      errors: [
        { time: "2026-11-27T12:00:00.000Z", requestId: "1-2-3", status: 503, sandbox: "pr-1-x", message },
      ],
    };
    await answering(page, "/deployment", () => deployment);
    await answering(page, "/sandboxes", () => ({
      sandboxes: [4, 3, 2, 1, 0].map((index) => registered(index)),
    }));
    await page.reload();
    await page.getByText("250 MB of 1 GB (25%)").waitFor();
    await page.getByRole("link", { name: "12,345" }).waitFor();
    const plot = (name: string) => page.getByRole("img", { name: new RegExp(`^${name} by day`) });
    expect(await plot("Requests").getAttribute("aria-label")).toBe(
      `Requests by day. 90 days. Latest: 1,000 on ${day(0)}. Most: 1,089 on ${day(89)}.`,
    );
    const heights = await plot("Posts")
      .locator("rect")
      .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute("height"))));
    expect([heights.length, heights.at(-1), heights.at(-4)]).toEqual([90, 100, 0]);
    await page.getByText("As a table").click();
    expect(await page.getByRole("row").nth(4).allTextContents()).toEqual([`${day(3)}00`]);
    await page.getByText("1-2-3").waitFor();
    await page.getByText(message).waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await widthOf(page)).toBe(360);
  });

  test("pages through five hundred sandboxes, and goes on where the server found nothing for long", async () => {
    const page = await visit(`${OPERATOR_PAGE}?view=sandboxes`);
    let empty = 0;
    const pages: Record<string, (token: number) => object> = {
      "": (token) => ({
        sandboxes: Array.from({ length: 100 }, (_, index) => registered(token * 100 + index)),
        ...(token < 4 ? { nextToken: String(token + 1) } : {}),
      }),
      late: () => ({ sandboxes: [registered(7)] }),
      now: () => ({ sandboxes: [registered(8)] }),
      none: (token) => {
        empty++;
        return {
          sandboxes: token === 7 ? [registered(1)] : [],
          ...(token < 7 ? { nextToken: String(token + 1) } : {}),
        };
      },
    };
    const answers = { late: Promise.withResolvers<void>(), now: Promise.withResolvers<void>() };
    await answering(page, "/sandboxes", async (query) => {
      const label = query.get("label");
      if (label === "late" || label === "now") await answers[label].promise;
      return (pages[label ?? ""] ?? (() => ({})))(Number(query.get("nextToken") ?? 0));
    });
    await page.reload();
    await page.getByText("100, and more").waitFor();
    await page.getByText("throttled", { exact: true }).waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    for (const shown of ["200, and more", "300, and more", "400, and more", "500"]) {
      await page.getByRole("button", { name: "Load more" }).click();
      await page.locator(".list h2").getByText(shown, { exact: true }).waitFor();
    }
    expect(await page.getByRole("button", { name: "Load more" }).count()).toBe(0);
    // Only rows in view are drawn.
    expect(await rows(page).count()).toBeLessThan(60);
    await rows(page).first().getByRole("link").focus();
    await page.keyboard.press("End");
    await rows(page).getByText("pr-499", { exact: true }).waitFor();

    await page.getByLabel("Beginning of the label").fill("none");
    await page.getByText("None matches among those that were read so far.").waitFor();
    expect(empty).toBe(5);
    await page.getByRole("button", { name: "Read on" }).click();
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(empty).toBe(8);

    // What was asked for before comes late, and is not what is searched now.
    await page.getByLabel("Beginning of the label").fill("late");
    await page.waitForRequest((request) => request.url().includes("label=late"));
    await page.getByLabel("Beginning of the label").fill("now");
    await page.waitForRequest((request) => request.url().includes("label=now"));
    const coming = page.waitForResponse((response) => response.url().includes("label=late"));
    answers.late.resolve();
    await (await coming).finished();
    await page.evaluate("new Promise(requestAnimationFrame)");
    expect(await rows(page).count()).toBe(0);
    answers.now.resolve();
    await expect.poll(() => rows(page).allTextContents()).toEqual([expect.stringContaining("pr-8")]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await widthOf(page)).toBe(360);
  });

  test("is told when the server does not answer, tries again, and sees an empty deployment", async () => {
    const page = await visit(`${OPERATOR_PAGE}?view=teams`);
    await page.route("**/operator/_sandbox/**", (route) => route.abort());
    await page.reload();
    await page.getByRole("alert").getByText("The server did not answer.").waitFor();
    await page.unroute("**/operator/_sandbox/**");
    await answering(page, "/invitations", () => ({ invitations: [] }));
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("There are no invitations.").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await answering(page, "/sandboxes", () => ({ sandboxes: [] }));
    await page.getByRole("link", { name: "Sandboxes" }).click();
    await page.getByText("A sandbox is listed from its first request on.").waitFor();
    await answering(page, "/deployment/audit", () => ({ entries: [] }));
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByText("The operator has changed nothing yet.").waitFor();
  });

  test("reads that the server has no operator, where it has none", async () => {
    const page = await visit(OPERATOR_PAGE);
    await page
      .locator(".field .error")
      .getByText("it has neither OPERATOR_TOKEN nor ACCESS_TEAM_DOMAIN")
      .waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
  });
});
