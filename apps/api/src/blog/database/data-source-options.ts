import type { DataSourceOptions } from 'typeorm';
import { Contact } from '../contacts/contact.entity.js';
import { Photo } from '../photos/photo.entity.js';
import { PostEmail } from '../posts/post-email.entity.js';
import { Post } from '../posts/post.entity.js';
import { Subscriber } from '../subscribers/subscriber.entity.js';
import { BlogSchema1767225600000 } from './blog-schema.migration.js';

/** The database connection of every process of the blog. Only the migration creates the schema. */
export function dataSourceOptions(url: string, poolSize = 20): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    poolSize,
    entities: [Post, PostEmail, Subscriber, Photo, Contact],
    migrations: [BlogSchema1767225600000],
    installExtensions: false,
  };
}
