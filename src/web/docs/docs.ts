import "swagger-ui-dist/swagger-ui.css";
import SwaggerUIBundle from "swagger-ui-dist/swagger-ui-bundle.js";
import { fragmentOf, tokenInAddress } from "../dashboard/address.ts";
import { nameControls } from "./accessibility.ts";
import "./docs.css";
import { resolveSubtree } from "./references.ts";
import { requestSigner } from "./requestSigner.ts";

const token = tokenInAddress();

for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-keeps-token]")) {
  link.hash = fragmentOf(token);
}

const element = document.querySelector<HTMLElement>("#reference");
if (element) nameControls(element);
document.querySelector(".skip")?.addEventListener("click", (event) => {
  // The address keeps the fragment with the token. On the window, Swagger UI would change it.
  event.preventDefault();
  event.stopPropagation();
  element?.scrollIntoView();
  element?.focus();
});

const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followScheme);
followScheme();

/** The API reference of the page's sandbox. "Try it out" sends requests to that sandbox. */
const reference = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#reference",
  // From 150 rows on, Swagger UI draws only those in view, so that the browser's search finds no others.
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  plugins: [{ fn: { resolveSubtree } }],
  ...(token === undefined ? {} : { requestInterceptor: requestSigner(token) }),
  onComplete: () => {
    if (token) reference.preauthorizeApiKey("controlToken", token);
  },
});
