import { Injectable } from '@nestjs/common';
import { ApplicationConfig, ExternalContextCreator, ModuleRef } from '@nestjs/core';
import { UnsupportedOptionError } from '../../core/errors/option-errors.js';

type Container = Parameters<typeof ExternalContextCreator.fromContainer>[0] & { readonly applicationConfig: ApplicationConfig };

/**
 * Creates callers that run a method through Nest's guards, interceptors, pipes and filters. Global enhancers are excluded by
 * default: an HTTP guard would refuse every task, and an interceptor would change stored results.
 */
@Injectable()
export class ContextCreators {
  #globals = false;

  constructor(private readonly moduleRef: ModuleRef) {}

  get globals(): boolean {
    return this.#globals;
  }

  /** Runs global enhancers for tasks, too. Must be called before any handler is explored. */
  useGlobals(): void {
    this.#globals = true;
  }

  /** @throws UnsupportedOptionError when a global enhancer is request-scoped: a task has no request */
  checkGlobals(): void {
    if (!this.#globals) return;
    const config = this.#container.applicationConfig;
    const scoped = [
      config.getGlobalRequestGuards(),
      config.getGlobalRequestInterceptors(),
      config.getGlobalRequestPipes(),
      config.getGlobalRequestFilters(),
    ];
    const first = scoped.flat()[0];
    if (first === undefined) return;
    throw new UnsupportedOptionError(
      'globalEnhancers',
      'TaskWorkerModule.forRoot',
      `the global ${String(first.name)} is request-scoped or transient`,
      'Make it a singleton, or leave globalEnhancers out and use it on the classes that need it.',
    );
  }

  /** Returns a new creator for each use, because a creator caches metadata by the name of the method alone. */
  create(): ExternalContextCreator {
    const container = this.#container;
    if (this.#globals) return ExternalContextCreator.fromContainer(container);
    const withoutGlobals = { applicationConfig: { value: new ApplicationConfig() } };
    return ExternalContextCreator.fromContainer(Object.create(container as object, withoutGlobals) as Container);
  }

  get #container(): Container {
    return (this.moduleRef as unknown as { readonly container: Container }).container;
  }
}
