import { expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { request } from "../request.ts";

test("every route of the Worker but the pages is in the document", async () => {
  const { paths } = (await request("GET", "/openapi.json")).body;
  const routed = app.routes
    .filter(({ method, path }) => !["ALL", "OPTIONS"].includes(method) && !path.includes("*"))
    .map(({ method, path }) => {
      const written = path
        .replace(/^\/_sandbox\/$/, "/_sandbox")
        .replace(/:service\b/, "{serviceName}")
        .replace(/:function\b/, "{functionName}")
        .replace(/:version\b/, "{versionId}")
        .replace(/:alias\b/, "{aliasName}")
        .replace("/async-tasks/:task", "/async-tasks/{taskId}")
        .replace(/:task\b/, "{invocationId}")
        .replace(/:(\w+)/g, "{$1}");
      return `${method} ${written}`;
    });
  const documented = Object.entries<object>(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const pages = [
    "GET /",
    "GET /docs",
    "GET /openapi.json",
    "GET /openapi-2016-08-15.json",
    "GET /assets/{name}",
    "GET /guide",
    "GET /guide/{page}",
    "GET /guide/{folder}/{page}",
  ];
  expect(new Set(routed)).toEqual(new Set([...documented, ...pages]));
});
