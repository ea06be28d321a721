import { registerHooks } from 'node:module';

/** To preload: the process finds no runtime of a model, as in an installation without the optional dependencies of `packages/vision`. */
registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('onnxruntime-')) return next(specifier, context);
    throw Object.assign(new Error(`Cannot find package '${specifier}'`), { code: 'ERR_MODULE_NOT_FOUND' });
  },
});
