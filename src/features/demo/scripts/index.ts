import type { Script } from "../script.js";
import { arabic } from "./ar.js";
import { german } from "./de.js";
import { english } from "./en.js";
import { spanish } from "./es.js";

/** Every conversation of the demo. */
export const scripts: readonly Script[] = [...english, ...spanish, ...german, ...arabic];

/** Who writes some seconds after the demo is there. */
export const greeting = {
  en: { who: "Sofia Marino", text: "Hi! I just saw your shop. Do you ship to Ireland?" },
  es: { who: "Sofía Marín", text: "¡Hola! Acabo de ver su tienda. ¿Envían a Irlanda?" },
  de: { who: "Sofia Marquardt", text: "Hallo! Ich habe gerade Ihren Laden entdeckt. Liefern Sie nach Irland?" },
  ar: { who: "صوفيا مراد", text: "مرحبًا! رأيت متجركم للتو. هل توصلون إلى أيرلندا؟" },
} as const;
