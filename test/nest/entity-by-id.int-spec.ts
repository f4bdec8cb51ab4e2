import { Injectable, UseGuards, type CanActivate } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Task, TaskContext, type Fetched } from 'nestjs-task-queue';
import { EntityById } from 'nestjs-task-queue/typeorm';
import { Column, DataSource, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { freshDatabase } from '../support/services.js';
import { boot, bootError, closeAll, type Booted } from './support/boot.js';

@Entity('post')
class Post {
  @PrimaryGeneratedColumn('uuid')
  id: string;
  @Column()
  title: string;
}

@Entity('membership')
class Membership {
  @PrimaryColumn()
  team: string;
  @PrimaryColumn()
  member: number;
  @Column()
  role: string;
}

const ABSENT = '00000000-0000-0000-0000-000000000000';
let ran: string[] = [];

class NeverGuard implements CanActivate {
  canActivate = () => false;
}

@Injectable()
class PostTasks {
  @Task({ name: 'entities.rename' })
  async title(suffix: string, @EntityById(Post) post: Fetched<Post>, ctx: TaskContext): Promise<string> {
    ran.push('title');
    return `${post.title}${suffix} ${post instanceof Post} ${ctx.task}`;
  }

  @Task({ name: 'entities.ignore' })
  async orIgnore(@EntityById(Post, { missing: 'ignore' }) post: Fetched<Post>): Promise<string> {
    ran.push('orIgnore');
    return post.title;
  }

  @Task({ name: 'entities.guarded' })
  @UseGuards(NeverGuard)
  async guarded(@EntityById(Post) post: Fetched<Post>): Promise<string> {
    return post.title;
  }

  @Task({ name: 'entities.composite' })
  async role(@EntityById(Membership) membership: Fetched<Membership, { team: string; member: number }>): Promise<string> {
    return membership.role;
  }
}

describe('@EntityById', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  const connection = () => ({ type: 'postgres' as const, url: database.url });
  let booted: Booted;
  let source: DataSource;
  let post: Post;

  beforeAll(async () => {
    database = await freshDatabase();
    const orm = TypeOrmModule.forRoot({ ...connection(), entities: [Post, Membership], synchronize: true });
    booted = await boot({ imports: [orm], providers: [PostTasks] }, { eager: true });
    source = booted.app.get(DataSource);
    post = await source.getRepository(Post).save({ title: 'Hello' });
    await source.getRepository(Membership).save({ team: 'red', member: 7, role: 'captain' });
  });
  afterAll(async () => {
    await closeAll();
    await database.drop();
  });

  it('fetches the row as it is when the task runs, and keeps the other parameters', async () => {
    await source.getRepository(Post).update(post.id, { title: 'Hello again' });
    expect(await booted.tasks.for(PostTasks).title.apply('!', post.id)).toBe('Hello again! true entities.rename');
  });

  it('fails the task when the row is gone, naming entity and id', async () => {
    ran = [];
    await expect(booted.tasks.for(PostTasks).title.apply('!', ABSENT)).rejects.toMatchObject({
      code: 'ENTITY_NOT_FOUND',
      message: expect.stringContaining(`No Post has the id "${ABSENT}"`),
    });
    expect(ran).toEqual([]);
  });

  it('ends the task as IGNORED when the option says so', async () => {
    ran = [];
    const sent = await booted.tasks.for(PostTasks).orIgnore.delay(ABSENT);
    expect(await sent.state()).toBe('IGNORED');
    expect(ran).toEqual([]);
  });

  it('never matches an arbitrary row for a missing id', async () => {
    for (const args of [[], [null]]) {
      const sent = await booted.tasks.sendTask('entities.ignore', args);
      expect(await sent.state()).toBe('FAILURE');
    }
  });

  it('fetches nothing for a run that a guard refuses', async () => {
    await expect(booted.tasks.for(PostTasks).guarded.apply(ABSENT)).rejects.toThrow('Forbidden');
  });

  it('accepts a composite key as an object', async () => {
    expect(await booted.tasks.for(PostTasks).role.apply({ team: 'red', member: 7 })).toBe('captain');
  });

  it('must be typed Fetched, so that callers pass the id', async () => {
    @Injectable()
    class Unbranded {
      @Task({ name: 'entities.unbranded' })
      run(@EntityById(Post) entity: Post): string {
        return entity.title;
      }
    }
    const error = await bootError({ providers: [Unbranded, { provide: DataSource, useValue: source }] }, { eager: true });
    expect(error.message).toContain('parameter 1 is filled by a fetched entity, but its type is Post. Type it Fetched<…>');
  });

  it('refuses an invalid value of its option', () => {
    expect(() => EntityById(Post, { missing: 'skip' as never })).toThrow("Option 'missing' must be 'ignore' or 'fail'");
  });
});
