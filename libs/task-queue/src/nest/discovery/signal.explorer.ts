import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { Listeners } from '../../core/attempt/listening/listeners.js';
import { InvalidHandlerError } from '../../core/errors/boot-errors.js';
import { methodOf } from '../metadata/handler-host.js';
import { readSignals } from '../metadata/listener-metadata.js';
import { classOf } from '../metadata/provider-class.js';
import { isSingleton } from '../invocation/scoped-instance.js';
import { checkSignalName } from '../metadata/signal-names.js';

/** Finds the methods that listen to signals, in every provider and controller. An invalid listener fails the boot. */
@Injectable()
export class SignalExplorer implements OnModuleInit {
  #explored = false;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly listeners: Listeners,
  ) {}

  onModuleInit(): void {
    this.explore();
  }

  /** The listeners of this application. Explores once. */
  explore(): Listeners {
    if (this.#explored) return this.listeners;
    this.#explored = true;
    const seen = new Set<unknown>();
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const target = wrapper.isAlias ? undefined : classOf(wrapper);
      if (target !== undefined && readSignals(target).length > 0) this.#add(wrapper, target, seen);
    }
    return this.listeners;
  }

  #add(wrapper: InstanceWrapper, target: Type, seen: Set<unknown>): void {
    const [first] = readSignals(target);
    if (!isSingleton(wrapper)) {
      throw new InvalidHandlerError(
        `@OnSignal('${first!.name}') on ${target.name}.${first!.method}`,
        'its class is request-scoped or transient, so that there is no instance to tell',
        'Put the listener into a provider that is a singleton.',
      );
    }
    const instance = wrapper.instance as object;
    // A factory may return the instance of another provider, which is registered once.
    if (seen.has(instance)) return;
    seen.add(instance);
    for (const { name, method } of readSignals(target)) {
      const place = `${target.name}.${method}`;
      checkSignalName(name, `@OnSignal on ${place}`);
      this.listeners.on(name, place, (payload) => methodOf(instance, method).call(instance, payload));
    }
  }
}
