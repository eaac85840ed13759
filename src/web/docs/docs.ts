import "swagger-ui-dist/swagger-ui.css";
import SwaggerUIBundle from "swagger-ui-dist/swagger-ui-bundle.js";
import { fragmentOf, tokenInAddress } from "../dashboard/address.ts";
import "./docs.css";

const token = tokenInAddress();

const back = document.querySelector<HTMLAnchorElement>("#dashboard");
if (back) back.hash = fragmentOf(token);

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
  onComplete: () => {
    // Swagger UI gives this list no accessible name.
    document.querySelector("#servers")?.setAttribute("aria-label", "Server");
    if (token) reference.preauthorizeApiKey("controlToken", token);
  },
});
