/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DAEMON_SNAPSHOT_H
#define DAEMON_SNAPSHOT_H

/*
 * One reading of the configuration with what was made from it. Each session or visit holds the one
 * that was in force when it began, so a reload waits for nobody. It is the first member of the
 * daemon's own structure. Any thread may call these functions.
 */
struct snapshot {
	unsigned holders;                        /* guarded by a lock of snapshot.c */
	void (*free)(struct snapshot *snapshot); /* called without the lock */
};

/* Holds the snapshot in force; all zero: none. */
struct snapshot_slot {
	struct snapshot *current; /* guarded by the same lock */
};

/* Puts a snapshot in force; NULL: none. The old one is freed with its last holder. */
void snapshot_install(struct snapshot_slot *slot, struct snapshot *snapshot);

/* The snapshot in force, held; NULL if there is none. */
struct snapshot *snapshot_hold(struct snapshot_slot *slot);

/* One more hold of a snapshot that the caller holds. */
void snapshot_hold_again(struct snapshot *snapshot);

/* Ends a hold; the last one frees the snapshot. Takes NULL. */
void snapshot_release(struct snapshot *snapshot);

#endif
