import { beforeAll, describe, expect, test } from "vitest";
import { createSandbox, type SandboxClient } from "../../src/client/index.ts";
import { servedSandbox } from "../local/program.ts";
import {
  fc2Client,
  fc20230330,
  fc20230330Client,
  fcOpen20210406,
  fcOpen20210406Client,
  type Key,
} from "./sdks.ts";

const url = await servedSandbox();
let sandbox: SandboxClient;
let key: Key;
beforeAll(async () => {
  sandbox = await createSandbox(url, { settings: { signatures: "required" } });
  const { accessKeyId = "", accessKeySecret = "" } = sandbox.access;
  key = { accessKeyId, accessKeySecret };
});

/** Each SDK's way to the sandbox: puts a config and says how many retries it then has. */
const ways = [
  {
    name: "@alicloud/fc2 through a path prefix",
    put: async (key: Key) => {
      const { data } = await fc2Client(sandbox.endpoint, key).putFunctionAsyncConfig("demo", "f", "prod", {
        maxAsyncRetryAttempts: 1,
      });
      return data["maxAsyncRetryAttempts"];
    },
  },
  {
    name: "@alicloud/fc2 through a plain host",
    put: async (key: Key) => {
      const { data } = await fc2Client(url, key).putFunctionAsyncConfig("demo", "f", "prod", {
        maxAsyncRetryAttempts: 2,
      });
      return data["maxAsyncRetryAttempts"];
    },
  },
  {
    name: "@alicloud/fc-open20210406 through a plain host",
    put: async (key: Key) => {
      const request = new fcOpen20210406.PutFunctionAsyncInvokeConfigRequest({
        qualifier: "prod",
        maxAsyncRetryAttempts: 3,
      });
      const { body } = await fcOpen20210406Client(url, key).putFunctionAsyncInvokeConfig(
        "demo",
        "f",
        request,
      );
      return body?.maxAsyncRetryAttempts;
    },
  },
  {
    name: "@alicloud/fc20230330 through a plain host",
    put: async (key: Key) => {
      const request = new fc20230330.PutAsyncInvokeConfigRequest({
        qualifier: "prod",
        body: new fc20230330.PutAsyncInvokeConfigInput({ maxAsyncRetryAttempts: 4 }),
      });
      const { body } = await fc20230330Client(url, key).putAsyncInvokeConfig("f", request);
      return body?.maxAsyncRetryAttempts;
    },
  },
];

describe.each(ways)("where signatures are required, $name", ({ put }) => {
  test("passes with the key that was issued", async () => {
    await sandbox.requests.clear();
    expect(await put(key)).toEqual(expect.any(Number));
    await sandbox.requests.verify({ operation: "put", status: 200 }, { exactly: 1 });
  });

  test("fails with a wrong secret, and changes nothing", async () => {
    const before = (await sandbox.snapshot.export()).configs;
    await expect(put({ ...key, accessKeySecret: "wrong" })).rejects.toMatchObject({
      code: "SignatureNotMatch",
    });
    expect((await sandbox.snapshot.export()).configs).toEqual(before);
  });

  test("fails with another sandbox's key", async () => {
    const { access } = await createSandbox(url, { settings: { signatures: "required" } });
    const { accessKeySecret = "" } = access;
    await expect(put({ ...key, accessKeySecret })).rejects.toMatchObject({ code: "SignatureNotMatch" });
  });
});

test("a key of nobody's is InvalidAccessKeyID where signatures are required", async () => {
  const client = fc2Client(sandbox.endpoint, { accessKeyId: "nobodys", accessKeySecret: "x" });
  await expect(client.getFunctionAsyncConfig("demo", "f", "prod")).rejects.toMatchObject({
    code: "InvalidAccessKeyID",
  });
});
