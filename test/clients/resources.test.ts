import { beforeAll, describe, expect, test } from "vitest";
import { SandboxClient } from "../../src/client/index.ts";
import { servedSandbox } from "../program.ts";
import { type Driver, drivers, type Given } from "./adapters/drive.ts";
import { newFunction } from "./fixtures.ts";

const url = await servedSandbox();
const declared = await servedSandbox();
const [fc2, fcOpen, fc3] = drivers.map((driver) => driver(url)) as [Driver, Driver, Driver];

const CODE = Buffer.from("UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==", "base64");
const code = { zipFile: CODE.toString("base64") };

let services = 0;

function newService(): string {
  services += 1;
  return `service-${services}`;
}

/** Creates a function, in a new service where there are services; what names it. */
async function created({ drive, version }: Driver): Promise<Given & { function: string }> {
  const name = newFunction();
  const service = version.hasServices ? { service: newService() } : {};
  if (version.hasServices) await drive("CreateService", { body: { serviceName: service.service } });
  const body = { functionName: name, handler: "index.handler", runtime: "nodejs16", code };
  await drive("CreateFunction", { ...service, body });
  return { ...service, function: name };
}

const names = (elements: Record<string, string>[], item: string) => elements.map((one) => one[item]);

describe.each([fc2, fcOpen])("services by $sdk", ({ drive, refusal }) => {
  test("a service is created, read, updated, listed and deleted", async () => {
    const service = newService();
    const made = await drive("CreateService", { body: { serviceName: service, description: "first" } });
    expect(made.body).toMatchObject({ serviceName: service, description: "first" });
    expect((await drive("GetService", { service })).body).toEqual(made.body);
    await drive("UpdateService", { service, body: { description: "second" } });
    expect((await drive("GetService", { service })).body).toMatchObject({
      serviceId: made.body.serviceId,
      description: "second",
    });
    const { body } = await drive("ListServices", { query: { prefix: service, limit: 1 } });
    expect(names(body.services, "serviceName")).toEqual([service]);
    await drive("DeleteService", { service });
    expect(await refusal(drive("GetService", { service }))).toMatchObject({ code: "ServiceNotFound" });
  });

  test("a list has the services with a prefix, from a startKey, limit by limit", async () => {
    const prefix = `${newService()}-`;
    const made = ["a", "b", "c"].map((letter) => prefix + letter);
    for (const serviceName of made) await drive("CreateService", { body: { serviceName } });
    const list = async (query: Record<string, string | number>) => {
      const { body } = await drive("ListServices", { query: { prefix, ...query } });
      return { listed: names(body.services, "serviceName"), nextToken: body.nextToken };
    };
    expect((await list({ startKey: `${prefix}b` })).listed).toEqual(made.slice(1));
    const { listed, nextToken } = await list({ limit: 2 });
    expect([listed, (await list({ limit: 2, nextToken })).listed]).toEqual([made.slice(0, 2), made.slice(2)]);
  });

  test("If-Match allows a change of the state that the ETag names, and no other", async () => {
    const service = newService();
    const { headers } = await drive("CreateService", { body: { serviceName: service } });
    const ifMatch = String(headers["etag"]);
    expect((await drive("GetService", { service })).headers["etag"]).toBe(ifMatch);
    const update = { service, ifMatch, body: { description: "changed" } };
    expect((await drive("UpdateService", update)).headers["etag"]).not.toBe(ifMatch);
    expect(await refusal(drive("UpdateService", update))).toMatchObject({
      code: "PreconditionFailed",
      statusCode: 412,
    });
  });
});

describe.each([fc2, fcOpen, fc3])("functions by $sdk", (driver) => {
  const { drive, refusal, version } = driver;

  test("a function is created, read, updated and deleted", async () => {
    const it = await created(driver);
    const { body } = await drive("GetFunction", it);
    expect(body).toMatchObject({
      functionName: it.function,
      handler: "index.handler",
      codeSize: CODE.length,
    });
    await drive("UpdateFunction", { ...it, body: { timeout: 60 } });
    expect((await drive("GetFunction", it)).body).toMatchObject({
      functionId: body.functionId,
      handler: "index.handler",
      timeout: 60,
    });
    await drive("DeleteFunction", it);
    expect(await refusal(drive("GetFunction", it))).toMatchObject({
      code: "FunctionNotFound",
      statusCode: 404,
    });
  });

  test("the ETag of a function changes with the function", async () => {
    const it = await created(driver);
    const { etag } = (await drive("GetFunction", it)).headers;
    const changed = (await drive("UpdateFunction", { ...it, body: { timeout: 60 } })).headers["etag"];
    expect((await drive("GetFunction", it)).headers["etag"]).toBe(changed);
    expect(etag).toMatch(/./);
    expect(changed).not.toBe(etag);
    if (version.hasServices) await drive("DeleteFunction", { ...it, ifMatch: String(changed) });
  });

  test("the url of a function's code has the bytes that were given", async () => {
    const it = await created(driver);
    const { body } = await drive("GetFunctionCode", it);
    expect(body.checksum).toBe((await drive("GetFunction", it)).body.codeChecksum);
    const download = new URL(body.url);
    // @alicloud/fc2 leaves the port out of the Host header, which is all that the sandbox knows of its own address.
    if (driver === fc2) download.port = new URL(url).port;
    expect(Buffer.from(await (await fetch(download)).arrayBuffer())).toEqual(CODE);
  });

  test("a list has the names with a prefix, from a startKey, limit by limit", async () => {
    const { service, function: first } = await created(driver);
    const inService = service === undefined ? {} : { service };
    const made = ["a", "b", "c", "d"].map((letter) => `${first}-${letter}`);
    for (const functionName of made) {
      const body = { functionName, handler: "index.handler", runtime: "nodejs16", code };
      await drive("CreateFunction", { ...inService, body });
    }
    const list = async (query: Record<string, string | number>) =>
      (await drive("ListFunctions", { ...inService, query: { prefix: `${first}-`, ...query } })).body;
    expect(names((await list({})).functions, "functionName")).toEqual(made);
    const page = await list({ limit: 3 });
    expect(names(page.functions, "functionName")).toEqual(made.slice(0, 3));
    const rest = await list({ limit: 3, nextToken: page.nextToken });
    expect(names(rest.functions, "functionName")).toEqual(made.slice(3));
    expect(rest.nextToken || undefined).toBeUndefined();
    // FC 3.0 has no startKey.
    const from = version.hasServices
      ? names((await list({ startKey: `${first}-c` })).functions, "functionName")
      : made.slice(2);
    expect(from).toEqual(made.slice(2));
  });

  test("versions are listed newest first, or oldest first, and keep what they were", async () => {
    const it = await created(driver);
    const publish = async (description: string) => {
      await drive("UpdateFunction", { ...it, body: { description } });
      return (await drive("PublishFunctionVersion", { ...it, body: { description } })).body.versionId;
    };
    expect([await publish("one"), await publish("two"), await publish("three")]).toEqual(["1", "2", "3"]);
    const list = async (query: Record<string, string | number>) =>
      (await drive("ListFunctionVersions", { ...it, query })).body;
    expect(names((await list({})).versions, "versionId")).toEqual(["3", "2", "1"]);
    expect(names((await list({ direction: "FORWARD" })).versions, "versionId")).toEqual(["1", "2", "3"]);
    const page = await list({ limit: 2 });
    const next = await list({ limit: 2, nextToken: page.nextToken });
    expect([page, next].map(({ versions }) => names(versions, "versionId"))).toEqual([["3", "2"], ["1"]]);
    if (version.hasServices) {
      expect(names((await list({ startKey: "2" })).versions, "versionId")).toEqual(["2", "1"]);
    }
    expect((await drive("GetFunction", { ...it, qualifier: "1" })).body.description).toBe("one");
    await drive("DeleteFunctionVersion", { ...it, version: "2" });
    expect(names((await list({})).versions, "versionId")).toEqual(["3", "1"]);
  });

  test("an alias is created, read, moved to another version, listed and deleted", async () => {
    const it = await created(driver);
    await drive("PublishFunctionVersion", it);
    await drive("UpdateFunction", { ...it, body: { timeout: 60 } });
    await drive("PublishFunctionVersion", it);
    const alias = { ...it, alias: "prod" };
    const made = await drive("CreateAlias", { ...it, body: { aliasName: "prod", versionId: "1" } });
    expect((await drive("GetAlias", alias)).body).toEqual(made.body);
    const before = await drive("GetFunction", { ...it, qualifier: "prod" });
    expect(before.body.timeout).toBe(3);
    await drive("UpdateAlias", { ...alias, body: { versionId: "2", description: "moved" } });
    expect((await drive("GetAlias", alias)).body).toMatchObject({ versionId: "2", description: "moved" });
    expect((await drive("GetFunction", { ...it, qualifier: "prod" })).body.timeout).toBe(60);
    await drive("CreateAlias", { ...it, body: { aliasName: "beta", versionId: "2" } });
    const list = async (query: object) =>
      names((await drive("ListAliases", { ...it, query: { ...query } })).body.aliases, "aliasName");
    expect(await list({})).toEqual(["beta", "prod"]);
    expect(await list({ prefix: "pr" })).toEqual(["prod"]);
    const { nextToken } = (await drive("ListAliases", { ...it, query: { limit: 1 } })).body;
    expect(await list({ limit: 1, nextToken })).toEqual(["prod"]);
    await drive("DeleteAlias", alias);
    expect(await list({})).toEqual(["beta"]);
  });

  test("a function's configs are deleted with it", async () => {
    const it = await created(driver);
    await drive("PutAsyncInvokeConfig", { ...it, body: { maxAsyncRetryAttempts: 1 } });
    expect((await drive("GetAsyncInvokeConfig", it)).body).toMatchObject({ maxAsyncRetryAttempts: 1 });
    await drive("DeleteFunction", it);
    const body = { functionName: it.function, handler: "index.handler", runtime: "nodejs16", code };
    await drive("CreateFunction", { ...it, body });
    expect(await refusal(drive("GetAsyncInvokeConfig", it))).toMatchObject({ code: "AsyncConfigNotExists" });
  });
});

describe("what one version of the API writes", () => {
  test.each([
    [fc2, fcOpen],
    [fcOpen, fc2],
  ])("$0.sdk's is there for $1.sdk, and not for FC 3.0", async (writer, reader) => {
    const it = await created(writer);
    await writer.drive("PublishFunctionVersion", it);
    await writer.drive("CreateAlias", { ...it, body: { aliasName: "prod", versionId: "1" } });
    const read = async ({ drive }: Driver) => {
      const { body: service } = await drive("GetService", it);
      const { body: fn } = await drive("GetFunction", it);
      const { versions } = (await drive("ListFunctionVersions", it)).body;
      const { aliases } = (await drive("ListAliases", it)).body;
      return [
        service.serviceId,
        fn.functionId,
        fn.codeChecksum,
        names(versions, "versionId"),
        names(aliases, "aliasName"),
      ];
    };
    expect(await read(reader)).toEqual(await read(writer));
    expect(await read(reader)).toEqual([...Array(3).fill(expect.any(String)), ["1"], ["prod"]]);
    expect(await fc3.refusal(fc3.drive("GetFunction", it))).toMatchObject({ code: "FunctionNotFound" });
  });

  test("in FC 3.0 is not there for FC 2.0", async () => {
    const { function: name } = await created(fc3);
    const service = newService();
    await fc2.drive("CreateService", { body: { serviceName: service } });
    const get = fc2.drive("GetFunction", { service, function: name });
    expect(await fc2.refusal(get)).toMatchObject({ code: "FunctionNotFound" });
  });
});

describe("where functions must exist", () => {
  beforeAll(() => new SandboxClient({ endpoint: declared }).settings({ functions: "declared" }));

  test.each(drivers.map((driver) => driver(declared)))(
    "an alias is a qualifier of a config, and a name that is not there is none: $sdk",
    async (by) => {
      const it = await created(by);
      await by.drive("PublishFunctionVersion", it);
      await by.drive("CreateAlias", { ...it, body: { aliasName: "prod", versionId: "1" } });
      const put = { ...it, body: { maxAsyncRetryAttempts: 1 } };
      await by.drive("PutAsyncInvokeConfig", { ...put, qualifier: "prod" });
      expect((await by.drive("GetAsyncInvokeConfig", { ...it, qualifier: "prod" })).body).toMatchObject({
        maxAsyncRetryAttempts: 1,
      });
      const wrong = by.drive("PutAsyncInvokeConfig", { ...put, qualifier: "beta" });
      expect(await by.refusal(wrong)).toMatchObject({ code: "AliasNotFound", statusCode: 404 });
    },
  );
});
