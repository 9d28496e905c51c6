/* The page's module registry: the web client answers window.require(name) with the module of that name. */
"use strict";

window.Debug = { VERSION: window.standIn.version };

(() => {
  const modules = new Map();
  /** Adds modules, by the names the web client gives them. */
  window.standIn.define = (more) => {
    for (const [name, module] of Object.entries(more)) modules.set(name, module);
  };
  window.require = (name) => {
    if (!modules.has(name)) throw new Error(`Requiring unknown module "${name}"`);
    return modules.get(name);
  };

  /** What the web client's models and collections have in common: on, off, once, trigger with space-separated names. */
  window.standIn.Emitter = class Emitter {
    constructor() {
      Object.defineProperty(this, "listeners", { value: new Map(), enumerable: false });
    }
    on(names, listener) {
      for (const name of names.split(" ")) {
        this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
      }
      return this;
    }
    off(name, listener) {
      this.listeners.set(
        name,
        (this.listeners.get(name) ?? []).filter((one) => one !== listener && one.wraps !== listener),
      );
      return this;
    }
    once(name, listener) {
      const once = (...args) => {
        this.off(name, once);
        listener(...args);
      };
      once.wraps = listener;
      return this.on(name, once);
    }
    trigger(name, ...args) {
      for (const listener of [...(this.listeners.get(name) ?? [])]) {
        try {
          listener(...args);
        } catch (error) {
          console.error(name, error);
        }
      }
    }
  };
})();
