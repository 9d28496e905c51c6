/** Of the program; the API names it. */
export const version = "0.1.0";
