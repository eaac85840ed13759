import { expect, test } from "vitest";
import { SandboxClient } from "../../src/client/index.ts";
import { startSandbox } from "../../src/local/startSandbox.ts";
import { newDirectory } from "../program.ts";

const CONFIG = "/2023-03-30/functions/f/async-invoke-config";

/** Runs `default` of a state directory with these variables, until what is to be done is done. */
type Run = (
  variables: Record<string, string>,
  what: (sandbox: SandboxClient, send: (method: string, path: string) => Promise<unknown>) => Promise<void>,
) => Promise<void>;

async function stateToRun(): Promise<Run> {
  const stateDirectory = await newDirectory();
  return async (variables, what) => {
    await using server = await startSandbox({ stateDirectory, variables });
    const send = async (method: string, path: string) =>
      (await fetch(server.url + path, { method })).json().catch(() => undefined);
    await what(new SandboxClient({ endpoint: server.url }), send);
  };
}

const repeat = async (times: number, what: () => Promise<unknown>) => {
  for (let i = 0; i < times; i++) await what();
};

test("a journal that other variables made smaller and larger keeps its latest requests", async () => {
  const run = await stateToRun();
  const kept = async (sandbox: SandboxClient) => {
    const { requests } = await sandbox.requests.list({}, { limit: 100 });
    return [requests.length, requests.filter(({ url }) => url.startsWith("/old")).length];
  };
  await run({}, async (sandbox, send) => {
    await repeat(12, () => send("GET", "/old"));
    expect(await kept(sandbox)).toEqual([12, 12]);
  });
  await run({ MAX_JOURNAL_ENTRIES: "5" }, async (sandbox, send) => {
    expect(await kept(sandbox)).toEqual([5, 5]);
    await repeat(3, () => send("GET", "/new"));
    expect(await kept(sandbox)).toEqual([5, 2]);
    await repeat(4, () => send("GET", "/new"));
    expect(await kept(sandbox)).toEqual([5, 0]);
  });
  await run({}, async (sandbox, send) => {
    await repeat(8, () => send("GET", "/old"));
    expect((await sandbox.settings({ journalSize: 10 })).journalSize).toBe(10);
    expect(await kept(sandbox)).toEqual([10, 8]);
  });
});

test("other variables reach functions that were there before, unless the sandbox's owner set it", async () => {
  const run = await stateToRun();
  const arns = async (send: (method: string, path: string) => Promise<unknown>) => {
    const config = await send("GET", CONFIG);
    const { configs } = (await send("GET", "/2023-03-30/async-invoke-configs")) as { configs: unknown[] };
    return [config, ...configs].map((one) => (one as { functionArn: string }).functionArn);
  };
  const twice = (arn: string) => [arn, arn];
  await run({}, async (_, send) => {
    await send("PUT", CONFIG);
    await repeat(12, () => send("GET", CONFIG));
  });
  await run({ REGION: "eu-central-1", ACCOUNT_ID: "42", MAX_JOURNAL_ENTRIES: "5" }, async (sandbox, send) => {
    expect((await sandbox.requests.list({ function: "f" })).requests.length).toBe(5);
    expect(await arns(send)).toEqual(twice("acs:fc:eu-central-1:42:functions/f"));
    expect((await sandbox.requests.list({ function: "f" })).requests.length).toBe(5);
    await sandbox.settings({ region: "mine", journalSize: 4 });
  });
  await run({ MAX_JOURNAL_ENTRIES: "3" }, async (sandbox, send) => {
    expect(await arns(send)).toEqual(twice("acs:fc:mine:1234567890123456:functions/f"));
    expect((await sandbox.requests.list({ function: "f" })).requests.length).toBe(3);
    expect((await sandbox.summary()).settings.journalSize).toBe(3);
  });
  await run({}, async (sandbox) => {
    expect((await sandbox.summary()).settings).toMatchObject({ region: "mine", journalSize: 4 });
  });
});
