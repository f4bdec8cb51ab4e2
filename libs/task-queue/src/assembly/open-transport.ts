import { DriverMissingError } from '../core/errors/boot-errors.js';
import type { Transport, TransportOptions } from '../core/ports/broker/transport.js';
import type { StoreAddress } from '../core/ports/runtime/database-handle.js';
import { Engines } from './engines.js';

/**
 * The transport of a URL or of an open database, not yet connected. Loads the engine's driver.
 * @throws InvalidBrokerUrlError · InvalidOptionError · DriverMissingError
 */
export async function openTransport(address: StoreAddress, options: TransportOptions, engines = new Engines()): Promise<Transport> {
  const engine = engines.of(address);
  try {
    const { open } = await engine.load();
    return open(address as never, options);
  } catch (error) {
    if (engine.driver === null || !/Cannot find (package|module)/.test(String(error))) throw error;
    throw new DriverMissingError(engine.driver, `A '${engine.name}' broker`, error);
  }
}
