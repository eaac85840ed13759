import { VERSION_IDS } from "../fc/versions.ts";
import type { ApiContext } from "../http/context.ts";
import { publicUrl, sandboxUrl } from "../http/publicUrl.ts";
import { Router } from "../http/router.ts";
import { pathInSandbox } from "../http/selection.ts";
import { DEFAULT_SANDBOX_ID } from "../state/sandboxId.ts";

/** The pages: each path in a sandbox, and its file in the static assets. */
const pages: Readonly<Record<string, string>> = {
  "/": "index.html",
  "/docs": "docs.html",
  "/operator": "operator.html",
};

/** The paths of the OpenAPI documents, whose files have the same names: of the whole, and of each version. */
const documents: readonly string[] = ["/openapi.json", ...VERSION_IDS.map((id) => `/openapi-${id}.json`)];

/** A page of the guide: its file has the page's path. */
const GUIDE_PAGE = /^\/guide(?:\/[\w-]+){0,2}$/;

const ASSET = /^\/assets\/([\w-]+\.[\w.-]+)$/;

const contentTypes: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  json: "application/json; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
};

/** The Content-Security-Policy: a page loads only files that this Worker serves, and runs no inline code. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Whether a path in a sandbox is the path of a page, a document or an asset of a page. */
export function isPagePath(path: string): boolean {
  return Object.hasOwn(pages, path) || documents.includes(path) || GUIDE_PAGE.test(path) || ASSET.test(path);
}

/**
 * The routes of the pages and their assets. Pages use relative URLs only, so one page serves every sandbox,
 * whether its path or its host selects the sandbox.
 */
export function pageRoutes(): Router {
  const routes = new Router();
  for (const [path, file] of Object.entries(pages)) routes.get(path, (c) => sendPage(c, file));
  for (const path of documents) routes.get(path, sendDocument);
  for (const path of ["/guide", "/guide/:page", "/guide/:folder/:page"]) {
    routes.get(path, (c, next) => {
      return GUIDE_PAGE.test(c.req.path) ? sendPage(c, `${c.req.path.slice(1)}.html`) : next();
    });
  }
  routes.get("/assets/:name", async (c, next) => {
    const [, name] = ASSET.exec(c.req.path) ?? [];
    // An asset's name contains a hash of its content.
    return name === undefined
      ? next()
      : sendAsset(c, `assets/${name}`, "public, max-age=31536000, immutable");
  });
  return routes;
}

/**
 * Sends an OpenAPI document with the server that it is about first. The file has no `servers`, and begins with the brace
 * of its object: what is added takes the place of that brace, so that the file is neither parsed nor held in memory.
 */
async function sendDocument(c: ApiContext): Promise<Response> {
  const response = await sendAsset(c, c.req.path.slice(1), "no-cache");
  if (!response.ok || response.body === null) return response;
  const servers = JSON.stringify([{ url: askedUrl(c), description: "This sandbox" }]);
  let isFirst = true;
  const withServers = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(`{"servers":${servers},`)),
    transform(chunk, controller) {
      controller.enqueue(isFirst ? chunk.subarray(1) : chunk);
      isFirst &&= chunk.length === 0;
    },
  });
  return new Response(response.body.pipeThrough(withServers), response);
}

/** The URL of the sandbox at which the request's client asked, without a trailing slash. */
function askedUrl(c: ApiContext): string {
  const { pathname } = new URL(c.req.url);
  const isPrefixed = pathInSandbox(pathname) !== pathname;
  return c.get("sandbox") === DEFAULT_SANDBOX_ID && !isPrefixed ? publicUrl(c) : sandboxUrl(c);
}

/** Sends a page by its own address, to which its URLs are relative, or redirects to that address. */
async function sendPage(c: ApiContext, file: string): Promise<Response> {
  const { pathname, search } = new URL(c.req.url);
  // A redirect to a path that begins with two slashes would lead to another host.
  const address = pathname.replace(/\/{2,}/g, "/");
  const isRoot = c.req.path === "/";
  // Relative URLs work only if a sandbox's root ends in a slash and all other pages do not.
  if (isRoot && !address.endsWith("/")) return c.redirect(`${address}/${search}`, 308);
  if (!isRoot && address.endsWith("/")) return c.redirect(`${address.slice(0, -1)}${search}`, 308);
  return sendAsset(c, file, "no-cache");
}

async function sendAsset(c: ApiContext, file: string, caching: string): Promise<Response> {
  const asset = await c.env.ASSETS.fetch(new URL(`/${file}`, c.req.url));
  if (!asset.ok) return c.notFound();
  const isPage = file.endsWith(".html");
  return new Response(asset.body, {
    headers: {
      "Content-Type": contentTypes[file.slice(file.lastIndexOf(".") + 1)] ?? "application/octet-stream",
      "Cache-Control": caching,
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      ...(isPage ? { "Content-Security-Policy": POLICY } : { "Access-Control-Allow-Origin": "*" }),
    },
  });
}
