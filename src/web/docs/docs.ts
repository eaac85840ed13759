import "swagger-ui-dist/swagger-ui.css";
import SwaggerUIBundle from "swagger-ui-dist/swagger-ui-bundle.js";
import "./docs.css";

SwaggerUIBundle({ url: "openapi.json", dom_id: "#reference", deepLinking: true });
