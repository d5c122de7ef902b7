/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives files, or all files of folders, to a fuzz target that was built without libFuzzer. Exit
 * status 1 when one could not be read, or there was none; a target that finds something aborts.
 * With libFuzzer, which brings a main() of its own, LIBFUZZER is defined and nothing is left of
 * this.
 */
#ifndef LIBFUZZER
#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long inputs;

static bool replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	/* Just as large as the input, so that a sanitizer sees a read beyond it. */
	uint8_t *data = malloc(size ? size : 1);
	bool done = file != NULL && data != NULL && fread(data, 1, size, file) == size;

	if (done) {
		LLVMFuzzerTestOneInput(data, size);
		inputs++;
	} else {
		perror(path);
	}
	free(data);
	if (file != NULL)
		fclose(file);
	return done;
}

static bool replay(const char *path);

static bool replay_folder(const char *path)
{
	DIR *folder = opendir(path);
	bool done = folder != NULL;

	if (folder == NULL) {
		perror(path);
		return false;
	}
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		char name[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		done = replay(name) && done;
	}
	closedir(folder);
	return done;
}

static bool replay(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0) {
		perror(path);
		return false;
	}
	return S_ISDIR(status.st_mode) ? replay_folder(path)
				       : replay_file(path, (size_t)status.st_size);
}

int main(int argc, char **argv)
{
	bool done = true;

	for (int i = 1; i < argc; i++)
		done = replay(argv[i]) && done;
	printf("%lu inputs\n", inputs);
	return done && inputs > 0 ? 0 : 1;
}
#endif
